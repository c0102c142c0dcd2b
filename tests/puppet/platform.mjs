// The pretend WeChat behind the puppet service: people, groups, messages, and an account on it.
//
// The stock mock drops mentions, returns no message ids and forgets everything on a restart; here
// the account's messages are kept in a file, as WeChat's own servers keep them.

import fs from 'node:fs'
import { randomUUID } from 'node:crypto'
import { FileBox } from 'file-box'
import { types } from 'wechaty-puppet'
import { PuppetMock } from 'wechaty-puppet-mock'

const KINDS = { text: types.Message.Text, image: types.Message.Image, voice: types.Message.Audio,
  file: types.Message.Attachment, post: types.Message.Post, url: types.Message.Url }

export class Platform extends PuppetMock {

  contacts = new Map()
  rooms = new Map()
  messages = new Map()
  boxes = new Map()
  friendships = new Map()
  invitations = new Map()
  sent = []
  deeds = []
  asking = new Map()
  waits = []
  echoes = true
  gives_ids = true

  constructor (account, file) {
    super()
    this.account = account
    this.person({ id: account, name: '邻帮' })
    this.file = file
    if (file && fs.existsSync(file)) {
      const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)
      lines.map(line => JSON.parse(line)).forEach(one => this.messages.set(one.id, one))
    }
  }

  person ({ id, name, alias = '', friend = true }) {
    this.contacts.set(id, { id, name, alias, friend, avatar: '', gender: 0, type: 1, phone: [] })
    if (this.isLoggedIn) this.dirtyPayload(types.Dirty.Contact, id)
  }

  room ({ id, topic, members, aliases = {} }) {
    this.rooms.set(id, { id, topic, avatar: '', memberIdList: [...members, this.account],
      adminIdList: [], aliases })
  }

  /** As it was at the start, but for the messages in the file. */
  forget () {
    for (const kept of [this.contacts, this.rooms, this.messages, this.boxes, this.friendships,
      this.invitations]) kept.clear()
    this.asking.clear()
    this.sent = []
    this.deeds = []
    this.waits = []
    this.echoes = this.gives_ids = true
    this.person({ id: this.account, name: '邻帮' })
    if (!this.isLoggedIn) this.login(this.account)
  }

  // What people do.

  keep (message) {
    this.messages.set(message.id, message)
    if (this.file) fs.appendFileSync(this.file, JSON.stringify(message) + '\n')
    return message.id
  }

  say ({ id, talker, room, text = '', mentions = [], at, kind = 'text', type, filename = '',
    silent = false, box }) {
    const message = { id: id ?? randomUUID(), talkerId: talker, text, filename,
      timestamp: at ?? Date.now(), type: type ?? KINDS[kind],
      ...(room ? { roomId: room, mentionIdList: mentions }
        : { listenerId: talker === this.account ? box?.to : this.account }) }
    if (box) this.boxes.set(message.id, box)
    this.keep(message)
    if (room) this.asking.set(room, [...this.asking.get(room) ?? [], performance.now()])
    if (!silent) this.emit('message', { messageId: message.id })
    return message.id
  }

  replay () {
    for (const id of this.messages.keys()) this.emit('message', { messageId: id })
    return this.messages.size
  }

  // What the bot does.

  async out (conversationId, text, mentions, file) {
    if (!this.isLoggedIn) throw new Error('not logged in')
    const isRoom = this.rooms.has(conversationId)
    if (!isRoom && !this.contacts.get(conversationId)?.friend) {
      throw new Error(`${conversationId} is not a friend`)
    }
    const asked = this.asking.get(conversationId)?.shift()
    if (asked) this.waits.push(performance.now() - asked)
    const id = randomUUID()
    const bytes = file && await file.toBuffer()
    this.sent.push({ id, conversation: conversationId, text, mentions,
      file: bytes && { name: file.name, base64: bytes.toString('base64') } })
    this.keep({ id, talkerId: this.account, text, timestamp: Date.now(),
      type: file ? KINDS.image : KINDS.text,
      ...(isRoom ? { roomId: conversationId } : { listenerId: conversationId }) })
    if (this.echoes) this.emit('message', { messageId: id })
    return this.gives_ids ? id : undefined
  }

  did (what, ...about) { this.deeds.push([what, ...about]) }

  async messageSendText (conversation, text, mentions = []) {
    return this.out(conversation, text, mentions)
  }

  async messageSendFile (conversation, file) { return this.out(conversation, '', [], file) }

  async messageRawPayload (id) { return found(this.messages, id) }
  async messageImage (id) { return this.box(id) }
  async messageFile (id) { return this.box(id) }

  box (id) {
    const { name = 'photo.jpg', base64, url } = found(this.boxes, id)
    return url ? FileBox.fromUrl(url, { name }) : FileBox.fromBase64(base64, name)
  }

  async contactRawPayload (id) { return found(this.contacts, id) }
  async roomRawPayload (id) { return found(this.rooms, id) }
  async roomMemberList (id) { return found(this.rooms, id).memberIdList }

  async roomMemberRawPayload (roomId, id) {
    const { name } = found(this.contacts, id)
    return { id, name, avatar: '', roomAlias: found(this.rooms, roomId).aliases[id] ?? '' }
  }

  async roomCreate (members, topic) {
    const id = `${randomUUID()}@chatroom`
    this.room({ id, topic, members })
    this.did('room', id, topic, members)
    return id
  }

  async friendshipRawPayload (id) { return found(this.friendships, id) }
  async friendshipAccept (id) { this.did('friend', found(this.friendships, id).id) }
  async roomInvitationRawPayload (id) { return found(this.invitations, id) }
  async roomInvitationAccept (id) { this.did('invitation', found(this.invitations, id).id) }

}

function found (kept, id) {
  const one = kept.get(id)
  if (!one) throw new Error(`there is no ${id}`)
  return one
}
