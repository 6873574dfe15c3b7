/** What the REST API says when a request itself cannot be served. Why a wish is refused is in en.ts and zh.ts. */
import type { Facts } from "../core/reason.ts";
import { fillPattern } from "./pattern.ts";
import { finish } from "./sentence.ts";
import type { Language } from "./words.ts";

/** The closed list of problems that are not the core's. */
export type ProblemReason = keyof typeof problems;

/** Status, title, sentences in both languages, and what helps, all in the language of pattern.ts. */
interface ProblemText {
  readonly status: number;
  readonly title: string;
  readonly en: string;
  readonly zh: string;
  readonly try?: string;
}

const problems = {
  InvalidRequest: {
    status: 422,
    title: "The request is not understood",
    en: "The request is not possible: {message}. Nothing was changed.",
    zh: "请求无效：{message}。未做任何更改。",
    try: "GET /api/openapi.json",
  },
  Malformed: {
    status: 400,
    title: "The request is malformed",
    en: "The request cannot be read: {message}. Nothing was changed.",
    zh: "无法读取请求：{message}。未做任何更改。",
    try: "GET /api/openapi.json",
  },
  CursorInvalid: {
    status: 400,
    title: "Unknown cursor",
    en: "The value of continue is not one that was given out for this list: begin again without it.",
    zh: "continue 的值不属于此列表：请去掉它重新开始。",
  },
  Unauthenticated: {
    status: 401,
    title: "Not signed in",
    en: "You are not signed in[: {message}].",
    zh: "您尚未登录[：{message}]。",
    try: "bin/poolkeeper console",
  },
  CodeInvalid: {
    status: 401,
    title: "The link is used up",
    en: "This link does not sign in any more: each works once and for a few minutes only.",
    zh: "此链接已失效：每个链接只能使用一次，且仅在几分钟内有效。",
    try: "bin/poolkeeper console",
  },
  TokenInvalid: {
    status: 401,
    title: "The token is not accepted",
    en: "The API server does not accept this token[: {message}].",
    zh: "API 服务器不接受此令牌[：{message}]。",
    try: "kubectl create token SERVICE-ACCOUNT",
  },
  NotPermitted: {
    status: 403,
    title: "Not permitted",
    en: "You may not {verb} {resource}[ in namespace {namespace}].",
    zh: "您无权对 {resource} 执行 {verb}[（命名空间 {namespace}）]。",
    try: "kubectl auth can-i {verb} {resource}[ -n {namespace}]",
  },
  ForeignOrigin: {
    status: 403,
    title: "Asked by another site",
    en: "Requests of the page {found} are refused: only the console of this address may ask.",
    zh: "拒绝来自页面 {found} 的请求：只有本地址的控制台可以请求。",
  },
  CsrfMissing: {
    status: 403,
    title: "Not asked by the console",
    en: "A change that a cookie signs needs the header X-Poolkeeper-Csrf with the value of GET /api/v1/session.",
    zh: "由 Cookie 签名的更改需要请求头 X-Poolkeeper-Csrf，其值见 GET /api/v1/session。",
    try: "GET /api/v1/session",
  },
  ForeignHost: {
    status: 421,
    title: "Another name",
    en: "This server does not answer as {found}, but as {valid}.",
    zh: "此服务器不以 {found} 应答，而以 {valid} 应答。",
  },
  UnknownPath: {
    status: 404,
    title: "No such path",
    en: "There is nothing at {found}.",
    zh: "{found} 处没有内容。",
    try: "GET /api/openapi.json",
  },
  MethodNotAllowed: {
    status: 405,
    title: "No such method here",
    en: "{found} is not possible here; {valid} is.",
    zh: "此处不支持 {found}，支持 {valid}。",
    try: "GET /api/openapi.json",
  },
  KeyReused: {
    status: 409,
    title: "The key was used for something else",
    en: "This Idempotency-Key was sent with another request before. Nothing was changed.",
    zh: "此 Idempotency-Key 已用于另一个请求。未做任何更改。",
  },
  PreviewOutdated: {
    status: 409,
    title: "It would do something else by now",
    en: "What would happen is not what was shown any more. Nothing was changed; look at it once more.",
    zh: "将要发生的与先前显示的不同。未做任何更改，请重新查看。",
  },
  ClusterConflict: {
    status: 409,
    title: "Somebody else was faster",
    en: "Somebody else changed it in the meantime: {message}. Ask again.",
    zh: "期间有人做了更改：{message}。请重试。",
  },
  VersionMismatch: {
    status: 412,
    title: "It has changed since",
    en: "{object} has changed since it was read: version {have}, not {wanted}. Nothing was changed.",
    zh: "{object} 在读取后已更改：版本为 {have}，而非 {wanted}。未做任何更改。",
  },
  TooLarge: {
    status: 413,
    title: "Too large",
    en: "The request is larger than {limit}. Nothing was changed.",
    zh: "请求超过 {limit}。未做任何更改。",
  },
  WrongMedia: {
    status: 415,
    title: "Not JSON",
    en: "A body of type {found|no type} is not read: send application/json.",
    zh: "不读取类型为 {found|空} 的内容：请发送 application/json。",
  },
  ClusterRefused: {
    status: 422,
    title: "The API server refuses it",
    en: "{message}. Nothing was changed.",
    zh: "API 服务器拒绝：{message}。未做任何更改。",
  },
  ConfirmationNeeded: {
    status: 428,
    title: "To be confirmed",
    en: "This cannot be brought back: send confirm with the value {wanted}. Nothing was changed.",
    zh: "此操作无法撤销：请发送 confirm，值为 {wanted}。未做任何更改。",
  },
  TooManyRequests: {
    status: 429,
    title: "Too many requests",
    en: "Too many requests at once: try again in {seconds#second|seconds}.",
    zh: "请求过多：请在 {seconds} 秒后重试。",
  },
  TooManyStreams: {
    status: 429,
    title: "Too many streams",
    en: "{count#stream is|streams are} open already: close one.",
    zh: "已打开 {count} 个数据流：请关闭一个。",
  },
  HeadersTooLarge: {
    status: 431,
    title: "Headers too large",
    en: "The headers of the request are larger than {limit}. Nothing was changed.",
    zh: "请求头超过 {limit}。未做任何更改。",
  },
  Internal: {
    status: 500,
    title: "A fault of Poolkeeper",
    en: "Poolkeeper has failed at this request: it is in the log under {request}. Please report it.",
    zh: "Poolkeeper 处理此请求时出错：日志编号 {request}。请报告。",
  },
  NotReady: {
    status: 503,
    title: "Not ready",
    en: "Poolkeeper cannot answer yet: {message}.",
    zh: "Poolkeeper 尚不能应答：{message}。",
  },
  ClusterUnreachable: {
    status: 503,
    title: "The API server does not answer",
    en: "{message}. Whether something was changed is not known: look before asking again.",
    zh: "API 服务器未应答：{message}。无法确定是否已有更改：请先查看再重试。",
  },
} satisfies Readonly<Record<string, ProblemText>>;

export interface ProblemWords {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly try: string | null;
}

export function problemWords(reason: ProblemReason, facts: Facts, language: Language): ProblemWords {
  const text: ProblemText = problems[reason];
  const help = text.try === undefined ? "" : fillPattern(`[${text.try}]`, facts);
  return {
    status: text.status,
    title: text.title,
    detail: finish(fillPattern(text[language], facts), language),
    try: help === "" ? null : help,
  };
}
