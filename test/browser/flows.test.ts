/** The five flows of the user's page in the world in memory: a newcomer's first quarter of an hour, without a command. */
import test from "node:test";
import { createRig, makeFastProvider } from "./rig.ts";
import { fiveFlows } from "./story.ts";

test("a pool is created, scaled out, cloned, emptied and deleted without a command", async (t) => {
  const rig = await createRig(t);
  if (rig === null) return;
  await makeFastProvider(rig);
  await fiveFlows(rig, "poolkeeper-embedded");
  rig.assertClean();
});
