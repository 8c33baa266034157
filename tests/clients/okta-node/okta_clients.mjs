// One errand with Okta's libraries for Node, named by the first argument. Configured by OKTA_CLIENT_* and what is given.

import okta from '@okta/okta-sdk-nodejs';
import OktaJwtVerifier from '@okta/jwt-verifier';

const [errand, ...given] = process.argv.slice(2);

async function pages() {
    const names = [];
    const users = await new okta.Client().userApi.listUsers({ limit: 4 });
    await users.each((user) => { names.push(user.profile.login); });
    console.log(`${names.length} users, ${names.at(0)} to ${names.at(-1)}`);
}

// A proof goes along with every token request; bound tokens are asked for as soon as the server wants a nonce.
async function bound() {
    const client = new okta.Client();
    for (let call = 0; call < 2; call += 1) {
        const users = [];
        await (await client.userApi.listUsers({ limit: 200 })).each((user) => { users.push(user.id); });
        console.log(users.length);
    }
}

async function wrong() {
    try {
        const users = await new okta.Client().userApi.listUsers({});
        await users.each(() => {});
        console.log('no error');
    } catch (error) {
        console.log(`status: ${error.status}, error: ${error.errorCode}`);
    }
}

async function calls() {
    const client = new okta.Client();
    for (let number = 1; number <= 4; number += 1) {
        try {
            const user = await client.userApi.getUser({ userId: 'fay@okta.example' });
            console.log(`call ${number}: ${user.profile.login}`);
        } catch (error) {
            console.log(`call ${number}: ${error.errorCode ?? error.message}`);
        }
    }
}

async function groups() {
    const client = new okta.Client();
    const made = await client.groupApi.createGroup({ group: { profile: { name: 'Tasters' } } });
    await client.groupApi.assignUserToGroup({ groupId: made.id, userId: given[0] });
    const members = await client.groupApi.listGroupUsers({ groupId: made.id });
    const names = [];
    await members.each((user) => { names.push(user.profile.login); });
    console.log(`${made.profile.name}: ${names}`);
    await client.groupApi.deleteGroup({ groupId: made.id });
    try {
        await client.groupApi.getGroup({ groupId: made.id });
    } catch (error) {
        console.log(`deleted: ${error.errorCode}`);
    }
}

async function verify() {
    const [issuer, token, forged] = given;
    const judged = async (token, audience) => {
        try {
            await new OktaJwtVerifier({ issuer }).verifyAccessToken(token, audience);
            return 'good';
        } catch (error) {
            return error.message;
        }
    };
    console.log(`as issued: ${await judged(token, 'api://default')}`);
    console.log(`another audience: ${await judged(token, 'api://other')}`);
    console.log(`another signature: ${await judged(forged, 'api://default')}`);
}

await { bound, pages, wrong, calls, groups, verify }[errand]();
