// A Wechaty puppet service for Linbang: any puppet that npm has, behind gRPC without TLS.
//
// Nothing is told to anybody else's server but what the puppet itself tells. Environment:
//   WECHATY_PUPPET       the npm package of the puppet, such as wechaty-puppet-wechat4u
//   WECHATY_TOKEN        the secret that the bot must know as well
//   PUPPET_ENDPOINT      where to listen; 127.0.0.1:8788 without it
//   PUPPET_MEMORY        the file in which the login is kept; ./memory without it
// Whatever else the puppet wants (its own token) it reads from the environment itself.

import { PuppetServer } from 'wechaty-puppet-service'
import { MemoryCard } from 'memory-card'

const { WECHATY_PUPPET: named, WECHATY_TOKEN: token } = process.env
const endpoint = process.env.PUPPET_ENDPOINT ?? '127.0.0.1:8788'
if (!named || !token) {
  console.error('set WECHATY_PUPPET (an npm package) and WECHATY_TOKEN (a secret)')
  process.exit(2)
}

const found = await import(named)
const Puppet = found.default?.default ?? found.default ?? Object.values(found).find(isPuppet)
if (!isPuppet(Puppet)) {
  console.error(`${named} holds no puppet`)
  process.exit(2)
}

function isPuppet (one) {
  return typeof one === 'function' && typeof one.prototype?.messageSendText === 'function'
}

const puppet = new Puppet()
const memory = new MemoryCard(process.env.PUPPET_MEMORY ?? 'memory')
await memory.load()
puppet.setMemory(memory)
// Trouble of the platform is told to the bot as an event; it is not the end of the service.
puppet.on('error', wrong => console.error('puppet:', wrong?.gerror ?? wrong))
process.on('unhandledRejection', wrong => console.error('unhandled:', wrong?.stack ?? wrong))

const server = new PuppetServer({ endpoint, puppet, token, tls: { disable: true } })
await server.start()
console.log(`${named} is served at ${endpoint}`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await memory.save().catch(() => {})
    process.exit(0) // the account stays logged in
  })
}
