import type { MakeService } from './service.ts';

/** Services in the order they are made and prepared; stopped in reverse. */
export const services: Readonly<Record<string, MakeService>> = {};
