// What users of openid-client write around it: a sign-in with everything that can be checked, and what is said of an error.

import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { approved } from "./steering.mjs";

/** The address of a sign-in, and what has to be kept until its user is back. */
export async function begun(config, redirect_uri, scope, build = buildAuthorizationUrl) {
  const checks = {
    pkceCodeVerifier: randomPKCECodeVerifier(),
    expectedState: randomState(),
    expectedNonce: randomNonce(),
  };
  const url = await build(config, {
    redirect_uri,
    scope,
    code_challenge: await calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  });
  return { url, checks };
}

/** The same once its user has approved, and is back. */
export async function signedIn(...asked) {
  const { url, checks } = await begun(...asked);
  return { back: new URL((await approved(url)).address), checks };
}

export function redeemed(config, { back, checks }, others, options) {
  return authorizationCodeGrant(config, back, { ...checks, ...others }, undefined, options);
}

/** Who an id token says its user is, or what the library finds wrong with it. */
export async function identity(acquired) {
  try {
    const claims = (await acquired).claims();
    const known = ["nonce", "at_hash"].filter((name) => name in claims);
    return `${claims.preferred_username}, with ${known.join(" and ")}`;
  } catch (error) {
    return wrong(error);
  }
}

/** The name of an error, and what tells it from others: OAuth's own if there is one, else the library's and the claim that is wrong. */
export function wrong({ name, code, error, cause }) {
  const own = [code.replace("OAUTH_", ""), cause?.cause?.claim ?? cause?.cause?.attribute].filter(Boolean);
  return `${name} ${error ?? cause?.[0]?.parameters.error ?? own.join(" ")}`;
}
