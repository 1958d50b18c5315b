import pico from 'picocolors';

export type Palette = ReturnType<typeof pico.createColors>;

/**
 * Colours on a terminal that can show them, unless NO_COLOR says otherwise (https://no-color.org). Not what picocolors finds by itself:
 * that colours what goes into files on CI machines, too.
 */
export function palette(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Palette {
  const plain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return pico.createColors(stream.isTTY === true && !plain);
}
