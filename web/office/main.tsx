import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/texts.css';
import '../ui/layers.css';
import '../ui/verdict.css';
import './shell/shell.css';
import './shell/page.css';
import './home/home.css';
import './shell/lists.css';
import './outgoing/document.css';
import './pdf/reader.css';
import './pdf/places.css';
import './draft/draft.css';
import './signing/signing.css';
import './devices/devices.css';
import './registers/registers.css';
import './shell/narrow.css';
import './shell/print.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LanguageProvider } from './data/language.tsx';
import { queryClient } from './data/query-client.ts';
import { router } from './router.tsx';

const place = document.getElementById('app');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <LanguageProvider>
          <RouterProvider router={router} />
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
