// Steers the world that `tokenproof env` tells of: its control API, and users who sign in to it without a browser.

// A client that waits for ever ends.
setTimeout(() => process.exit(1), 120_000).unref();

const told = process.env;
const world = `${told.TOKENPROOF_CONTROL_URL}/worlds/${told.TOKENPROOF_PROVIDER}`;

export const ada = { username: told.TOKENPROOF_USERNAME, password: told.TOKENPROOF_PASSWORD };

export async function call(token, url) {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

export function claims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}

/** Asks the control API about this world. */
export async function steer(method, path, body) {
  const answer = await fetch(world + path, {
    method,
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
  return text && JSON.parse(text);
}

/** Opens a sign-in page. The number by which it is decided on. */
async function opened(url) {
  await (await fetch(url)).text();
  const { authorizations } = await steer("GET", "/authorizations");
  return authorizations.at(-1).id;
}

/** Opens a sign-in page, and approves in the place of its user. Where the browser goes then, and what it posts there, if so. */
export async function approved(url, login = ada.username) {
  const id = await opened(url);
  const { url: address, form } = await steer("POST", `/authorizations/${id}/approve`, { login });
  return { address, posts: form && new URLSearchParams(form.map(({ name, value }) => [name, value])) };
}

/** Opens a sign-in page, and declines in the place of its user. Where the browser goes then. */
export async function declined(url) {
  return (await steer("POST", `/authorizations/${await opened(url)}/deny`)).url;
}

/** Approves; what the browser brings back to the application. */
export async function signIn(url) {
  const { address, posts } = await approved(url);
  return posts ?? new URL(address).searchParams;
}

/** The same, and goes there as the browser does. */
export async function browse(url) {
  const { address, posts } = await approved(url);
  await (await fetch(address, posts && { method: "POST", body: posts })).text();
}

export function approveDevice(userCode, login = ada.username) {
  return steer("POST", `/sign-ins/${userCode}/approve`, { login });
}

export function denyDevice(userCode) {
  return steer("POST", `/sign-ins/${userCode}/deny`);
}
