import { Hono } from 'hono';
import { agentApp } from './agent-routes.ts';
import { deviceApp } from './device-routes.ts';
import type { DeviceCaller, DevicesDeps } from './doors.ts';

/** Pairing, orders and answers of token agents, and a person's own list of devices. Refusals are thrown for `onError`. */
export function devices<C extends DeviceCaller>(deps: DevicesDeps<C>): Hono {
  const app = new Hono();
  app.route('/', agentApp(deps));
  app.route('/', deviceApp(deps));
  return app;
}
