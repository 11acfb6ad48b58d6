import { cloudApiRig } from './cloud-api.ts';
import { evolutionRig } from './evolution.ts';
import { genericRig } from './generic.ts';

/** One for each kind: the suite fails where one is missing. */
export const rigs = [await cloudApiRig(), await genericRig(), await evolutionRig()];
