/** Signs in with a one-time link, as the console does. Plays no person beyond that. */

export interface SignedIn {
  readonly url: string;
  readonly cookie: string;
  readonly csrf: string;
}

export async function signIn(link: string): Promise<SignedIn> {
  const { origin: url, hash } = new URL(link);
  const response = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: hash.replace("#code=", "") }),
  });
  const { csrf } = { csrf: "", ...Object(await response.json()) };
  const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
  if (response.status !== 200) throw new Error(`Signing in was answered with ${response.status}`);
  return { url, cookie, csrf: String(csrf) };
}
