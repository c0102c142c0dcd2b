// Faults on request: every call of the puppet service passes here before it is served.

import { grpc, puppet } from 'wechaty-grpc'

const faults = new Map()
export const calls = {}

/** {method, how, ms?, times?}: `hang`, `delay`, `error`, or `swallow` (served, never answered). */
export function fault ({ method, how, ms = 0, times = Infinity, message = 'as asked', code = 2 }) {
  faults.set(method, { how, ms, left: times, message, code })
}

/** No more faults, and no call was made yet. */
export function forget () {
  faults.clear()
  Object.keys(calls).forEach(method => delete calls[method])
}

function next (method) {
  const one = faults.get(method)
  if (!one || one.left <= 0) return {}
  one.left -= 1
  return one
}

function wrapped (method, serve) {
  return (call, answer) => {
    calls[method] = (calls[method] ?? 0) + 1
    if (!answer) return serve(call)
    const { how, ms, message, code } = next(method)
    if (how === 'hang') return undefined
    if (how === 'delay') return setTimeout(() => serve(call, answer), ms)
    if (how === 'error') return answer({ code, details: message })
    if (how === 'swallow') return serve(call, () => {})
    return serve(call, answer)
  }
}

/** Let every service added from now on pass through the faults. */
export function install () {
  const addService = grpc.Server.prototype.addService
  grpc.Server.prototype.addService = function (definition, served) {
    const between = Object.entries(served).map(([name, serve]) => [name, wrapped(name, serve)])
    return addService.call(this, definition, Object.fromEntries(between))
  }
  // An event of any type and content: {raw: {type, payload}} leaves as it says.
  const setPayload = puppet.EventResponse.prototype.setPayload
  puppet.EventResponse.prototype.setPayload = function (json) {
    const raw = json?.includes('"raw"') ? JSON.parse(json).raw : undefined
    if (raw === undefined) return setPayload.call(this, json)
    this.setType(raw.type)
    return setPayload.call(this, raw.payload)
  }
}
