/** Words around what stands in the way. The thing itself is worded by the API. */
export const waits = {
  title: ["It waits", "正在等待"],
  since: ["for", "已持续"],
  more_one: ["and {{count}} more", "另有 {{count}} 项"],
  more_other: ["and {{count}} more", "另有 {{count}} 项"],
} as const;
