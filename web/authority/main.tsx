import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/texts.css';
import '../ui/layers.css';
import '../ui/verdict.css';
import '../staff/shell.css';
import '../staff/page.css';
import '../staff/work.css';
import '../staff/lists.css';
import '../staff/job.css';
import '../staff/devices.css';
import './console.css';
import './registers.css';
import '../staff/narrow.css';
import './narrow.css';
import '../staff/print.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { consoleWords } from '../i18n/words/authority.ts';
import { paths } from '../paths.ts';
import { LanguageProvider } from '../staff/language.tsx';
import { staffQueries } from '../staff/query-client.ts';
import { router } from './router.tsx';

const place = document.getElementById('app');
const queries = staffQueries(paths.consoleSignIn);
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <LanguageProvider words={consoleWords}>
          <RouterProvider router={router as never} />
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
