import { onTestFinished } from 'vitest';
import { type RealServer, realServer } from '../src/real-server.ts';
import type { Recipe } from '../src/recipe.ts';

/** A real server until the test ends. */
export async function serve(recipe: Recipe): Promise<RealServer> {
  const server = await realServer(recipe);
  onTestFinished(() => server.stop());
  return server;
}
