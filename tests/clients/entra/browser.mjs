// The browser of a user who approves whatever it shows.

import { browse } from "./world.mjs";

await browse(process.argv[2]);
