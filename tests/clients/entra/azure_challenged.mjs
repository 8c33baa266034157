// A pipeline of azure-core for JavaScript with continuous access evaluation: what becomes of a claims challenge.

import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import { ClientSecretCredential } from "@azure/identity";
import * as world from "./world.mjs";

const { id, secret } = world.daemon;
const credential = new ClientSecretCredential(world.tenant, id, secret, { disableInstanceDiscovery: true });
const tokens = [];
/** Notes the tokens that the credential gives. */
const noting = {
  async getToken(scopes, options) {
    const given = await credential.getToken(scopes, options);
    tokens.push(given.token);
    return given;
  },
};
const pipeline = createEmptyPipeline();
pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: noting, scopes: world.GRAPH }));
const client = createDefaultHttpClient();
const url = process.env.TOKENPROOF_API_URL;
const call = async () => (await pipeline.sendRequest(client, createPipelineRequest({ url }))).status;
const different = () => new Set(tokens).size;

console.log(`called: ${await call()}`);
const { xms_cc: capabilities, ...times } = world.claims(tokens.at(-1));
console.log(`declared: ${capabilities}, ${world.life(times)}`);
console.log(`again: ${await call()}, ${different()} token`);
await world.steer("POST", "/access-events", { event: "policies" });
console.log(`challenged: ${await call()}, ${different()} tokens`);
