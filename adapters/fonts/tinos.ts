import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export type TinosStyle = '400Regular' | '700Bold' | '400Regular_Italic' | '700Bold_Italic';

/** Tinos (OFL): the metrics of Times New Roman and every Vietnamese letter. The whole TrueType file. */
export function tinosFile(style: TinosStyle): Uint8Array {
  return readFileSync(require.resolve(`@expo-google-fonts/tinos/${style}/Tinos_${style}.ttf`));
}
