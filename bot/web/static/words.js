// The page's own words in both languages, and the first things to try saying.

const ZH = {
  home: "邻帮，回到开头", clock: "演示的时钟", forward: "把时钟往前拨", moving: "正在拨钟……",
  step_5m: "+5 分钟", step_30m: "+30 分钟", step_3h: "+3 小时", step_morning: "明早",
  split: "并排看两人", split_why: "左右两边各看一个人", unsplit: "只看一人", neighbours: "邻居们",
  who_are_you: "您想当谁？", close: "关闭", search: "找人：名字、楼号、身份",
  nobody: "没有找到这样的邻居", news: "有新私信", others: "其他",
  bot: "邻帮", bot_room: "邻帮（私聊）", you: "您", messages: "聊天记录", talks: "会话",
  say: "说点什么……", say_private: "跟邻帮说……", send: "发送", photo: "发照片", quote: "引用",
  unquote: "不引用了", remove_photo: "去掉这张照片", try: "试试说", more: "展开全文",
  less: "收起", earlier: "看更早的", newer: "新消息", switch: "换人，现在是{name}",
  peek: "邻帮私下找了", peek_label: "看看{name}收到了什么", from: "{name}的照片",
  unread: "{count} 条未读", photo_word: "[照片]", drop: "松手发照片",
  lost: "连接断了，正在重连……您写的都留着。", back: "又连上了", waiting: "等待发送",
  failed: "没发出去：{why}", again: "重发", wrong: "这里不能这样说", too_long: "太长了，请分几次说",
  not_kept: "没存下来，请再试一次", empty: "是空的", too_big: "照片超过 25 MB",
  too_many_pixels: "照片太大（超过 4000 万像素）", not_an_image: "这不是照片（JPEG、PNG、WebP、GIF）",
  no_upload: "照片没传上去", quiet_room: "还没有人说话。", quiet_private: "这里只有您和邻帮看得到。",
  welcome: "欢迎来到邻帮", welcome_1: "这是一个虚构的小区，住着 {count} 位邻居，还有一个热心的机器人。",
  welcome_2: "先挑一位邻居，替他说句话；再换一个人，看看谁收到了什么。把时钟往前拨，看提醒和问候怎样到来。",
  all: "看全部 {count} 位邻居", count: "{count} 人", missing: "还没有邻居：先导入一个小区。",
  role_elder: "长者", role_volunteer: "志愿者", role_coordinator: "站长", role_doctor: "医生",
  role_nurse: "护士", role_keeper: "药箱管理", role_duty: "值班", role_worker: "社工", role_community_worker: "社工",
  role_property: "物业", role_mediator: "调解员", role_police: "民警", role_leader: "负责人",
  role_family: "家属", role_resident: "居民",
};

const EN = {
  home: "Linbang, back to the start", clock: "The demo's clock", forward: "Move the clock forward",
  moving: "Moving the clock…", step_5m: "+5 min", step_30m: "+30 min", step_3h: "+3 h",
  step_morning: "Morning", split: "Two side by side", split_why: "See one person on each side",
  unsplit: "One person", neighbours: "Neighbours", who_are_you: "Who will you be?", close: "Close",
  search: "Find: name, building, role", nobody: "No such neighbour", news: "New messages",
  others: "Others", bot: "Linbang", bot_room: "Linbang (private)", you: "you",
  messages: "Messages", talks: "Conversations", say: "Say something…",
  say_private: "Talk to Linbang…", send: "Send", photo: "Send a photo", quote: "Quote",
  unquote: "Do not quote", remove_photo: "Remove this photo", try: "Try saying", more: "Show all",
  less: "Show less", earlier: "Earlier messages", newer: "New messages",
  switch: "Be somebody else; now {name}", peek: "Linbang wrote to",
  peek_label: "See what {name} received", from: "Photo by {name}", unread: "{count} unread",
  photo_word: "[photo]", drop: "Drop to send the photo",
  lost: "Connection lost. Reconnecting… what you wrote is kept.", back: "Connected again",
  waiting: "Waiting to be sent", failed: "Not sent: {why}", again: "Send again",
  wrong: "that cannot be said here", too_long: "too long, please say it in parts",
  not_kept: "it could not be kept, please try again", empty: "it is empty",
  too_big: "the photo is over 25 MB", too_many_pixels: "the photo is over 40 megapixels",
  not_an_image: "this is no photo (JPEG, PNG, WebP, GIF)", no_upload: "the photo was not uploaded",
  quiet_room: "Nobody has said anything yet.",
  quiet_private: "Only you and Linbang see what is said here.",
  welcome: "Welcome to Linbang",
  welcome_1: "This is an invented compound, with {count} neighbours and one helpful bot.",
  welcome_2: "Pick a neighbour and say something for them; then be somebody else and see who was told what. Move the clock forward and watch reminders and greetings arrive.",
  all: "All {count} neighbours", count: "{count}", missing: "No neighbours yet: import a place first.",
  role_elder: "elder", role_volunteer: "volunteer", role_coordinator: "coordinator",
  role_doctor: "doctor", role_nurse: "nurse", role_keeper: "medicine box", role_duty: "on duty",
  role_worker: "community worker", role_community_worker: "community worker", role_property: "property", role_mediator: "mediator",
  role_police: "police", role_leader: "leader", role_family: "family", role_resident: "resident",
};

const TRY = {
  zh: {
    room: ["有没有退烧药，孩子39度", "厨房下水道堵了", "谁能帮我带两盒牛奶？", "爷爷胸口疼，喘不上气"],
    private: ["我的", "谁值班？", "我想当志愿者，会修水管", "帮助"],
    volunteer: ["我来", "到了", "送到了", "我的任务"],
    keeper: ["入库 布洛芬2盒 到期2027-05", "药箱里有什么？", "我来"],
    duty: ["我来", "谁值班？", "我的任务"],
    coordinator: ["谁值班？", "#1 上报街道", "#1 怎么样了"],
  },
  en: {
    room: ["Any fever medicine? My child has 39°C", "The kitchen drain is blocked",
      "Could somebody bring me two cartons of milk?", "Grandpa has chest pain, he can't breathe"],
    private: ["My requests", "Who is on duty?", "I want to volunteer, I can fix pipes", "Help"],
    volunteer: ["I can", "Arrived", "Delivered", "My tasks"],
    keeper: ["What is in the medicine box?", "I can", "My tasks"],
    duty: ["I can", "Who is on duty?", "My tasks"],
    coordinator: ["Who is on duty?", "How is #1?", "My tasks"],
  },
};

let language = "zh";

export const lang = () => language;

/** The words of a key, with {names} filled in. */
export function t(key, values = {}) {
  const words = (language === "zh" ? ZH : EN)[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A role's name: known ones in the page's language, others as they are. */
export function roleWord(role) {
  const key = `role_${role}`;
  return key in ZH ? t(key) : role;
}

/** What somebody with these roles could try saying here. */
export function ideas(roles, isPrivate) {
  const words = TRY[language];
  if (!isPrivate) return words.room;
  const order = ["coordinator", "keeper", "volunteer", "duty", "doctor"];
  const role = order.find((one) => roles.includes(one));
  const own = role ? words[role === "doctor" ? "duty" : role] : [];
  return [...new Set([...own, ...words.private])];
}

/** Choose the page's language and put its words everywhere they are marked in the document. */
export function speak(to) {
  language = to === "en" ? "en" : "zh";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const [mark, put] of [
    ["t", (node, words) => { node.textContent = words; }],
    ["tLabel", (node, words) => node.setAttribute("aria-label", words)],
    ["tTitle", (node, words) => { node.title = words; }],
    ["tPlaceholder", (node, words) => { node.placeholder = words; }],
  ]) {
    const attribute = `data-${mark.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    for (const node of document.querySelectorAll(`[${attribute}]`)) put(node, t(node.dataset[mark]));
  }
}
