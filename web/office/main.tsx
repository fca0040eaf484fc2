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
import './outgoing/document.css';
import './pdf/reader.css';
import './pdf/places.css';
import './draft/draft.css';
import '../staff/job.css';
import './signing/signing.css';
import '../staff/devices.css';
import './registers/registers.css';
import '../staff/narrow.css';
import '../staff/print.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LanguageProvider } from '../staff/language.tsx';
import { queryClient } from './data/query-client.ts';
import { officeWords } from '../i18n/words/office.ts';
import { router } from './router.tsx';

const place = document.getElementById('app');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <LanguageProvider words={officeWords}>
          <RouterProvider router={router} />
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
