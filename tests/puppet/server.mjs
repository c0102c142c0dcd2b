// A real puppet service on loopback: `node server.mjs GRPC_PORT HTTP_PORT TOKEN ACCOUNT[:out] FILE`.
//
// Over HTTP a test injects what people and WeChat do, orders faults, and reads what the bot did.
// Every request is a POST of JSON to /<deed>; the answer is JSON.

import http from 'node:http'
import { PuppetServer } from 'wechaty-puppet-service'
import { calls, fault, forget, install } from './faults.mjs'
import { Platform } from './platform.mjs'

const [grpcPort, httpPort, token, named, file] = process.argv.slice(2)
const [account, isOut] = named.split(':')

install()
const platform = new Platform(account, file)
const server = new PuppetServer({
  endpoint: `127.0.0.1:${grpcPort}`, puppet: platform, token, tls: { disable: true },
})

/** Answers once `look()` is true, or after so many milliseconds. */
async function when (look, ms) {
  const until = Date.now() + ms
  while (!look() && Date.now() < until) await new Promise(resolve => setTimeout(resolve, 5))
}

/** Says all of it, one message every so many milliseconds; how long until each was answered. */
async function race ({ messages, every = 0 }) {
  const before = platform.sent.length
  platform.waits = []
  const began = performance.now()
  for (const [number, one] of messages.entries()) {
    const wait = began + number * every - performance.now()
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
    platform.say(one)
  }
  await when(() => platform.sent.length - before >= messages.length, 180_000)
  return { answered: platform.sent.length - before, waits: platform.waits,
    seconds: (performance.now() - began) / 1000 }
}

const deeds = {
  people: ({ contacts = [], rooms = [] }) => {
    contacts.forEach(one => platform.person(one))
    rooms.forEach(one => platform.room(one))
  },
  say: one => platform.say(one),
  burst: ({ messages }) => messages.map(one => platform.say(one)),
  replay: () => platform.replay(),
  emit: ({ event, payload }) => { platform.emit(event, payload) },
  raw: ({ type, payload }) => { platform.emit('dong', { raw: { type, payload } }) },
  friendship: one => {
    platform.friendships.set(one.id, { type: 2, hello: '', ticket: 't', timestamp: Date.now(), ...one })
    platform.emit('friendship', { friendshipId: one.id })
  },
  invitation: one => {
    platform.invitations.set(one.id, { topic: '', avatar: '', invitation: '', memberCount: 3,
      memberIdList: [], timestamp: Date.now(), receiverId: account, ...one })
    platform.emit('room-invite', { roomInvitationId: one.id })
  },
  login: () => { platform.login(account) },
  logout: () => platform.logout('as asked'),
  scan: ({ code }) => { platform.emit('scan', { status: 2, qrcode: code }) },
  manners: ({ echoes = true, ids = true }) => { platform.echoes = echoes; platform.gives_ids = ids },
  fault,
  race,
  reset: () => { forget(); platform.forget() },
  calls: () => calls,
  deeds: async ({ atLeast = 0, ms = 5000 }) => {
    await when(() => platform.deeds.length >= atLeast, ms)
    return platform.deeds
  },
  sent: async ({ after = 0, atLeast = 0, ms = 5000 }) => {
    await when(() => platform.sent.length - after >= atLeast, ms)
    return platform.sent.slice(after)
  },
}

async function body (request) {
  const parts = []
  for await (const part of request) parts.push(part)
  return parts.length ? JSON.parse(Buffer.concat(parts)) : {}
}

const control = http.createServer(async (request, response) => {
  try {
    const answer = await deeds[request.url.slice(1)](await body(request))
    response.end(JSON.stringify(answer ?? null))
  } catch (wrong) {
    response.writeHead(500).end(JSON.stringify(String(wrong?.stack ?? wrong)))
  }
})

process.on('unhandledRejection', wrong => { process.stderr.write(`${wrong?.stack ?? wrong}\n`) })
platform.on('error', () => {}) // WeChat's own troubles are events, not the end of the server
await platform.start()
if (!isOut) platform.login(account)
await server.start()
control.listen(Number(httpPort), '127.0.0.1', () => process.stdout.write('ready\n'))
