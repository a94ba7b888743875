// Every page loads this module. Each part finds its own elements, and does nothing on a page without them.

import { showLocalTimes } from './local-time.ts';

showLocalTimes(document);
