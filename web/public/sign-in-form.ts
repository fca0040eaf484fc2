import { fold } from './fold.ts';

interface ProblemBody {
  readonly titles?: { readonly vi?: string; readonly en?: string };
  readonly remedy?: { readonly vi?: string; readonly en?: string };
}

/** Posts the form as JSON; what was typed stays on every problem. */
export function signInForm(form: HTMLFormElement): void {
  const language = document.documentElement.lang === 'en' ? 'en' : 'vi';
  const name = form.querySelector<HTMLInputElement>('#sign-in-name');
  const password = form.querySelector<HTMLInputElement>('#password');
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]');
  const problem = form.querySelector<HTMLElement>('#problem');
  if (name === null || password === null || button === null || problem === null) return;
  const label = button.textContent;

  const show = (text: string): void => {
    problem.querySelector('[data-problem]')!.textContent = text;
    problem.hidden = false;
    problem.focus();
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (name.value.trim() === '' || password.value === '') {
      name.setAttribute('aria-invalid', String(name.value.trim() === ''));
      password.setAttribute('aria-invalid', String(password.value === ''));
      return show(form.dataset['empty'] ?? '');
    }
    name.removeAttribute('aria-invalid');
    password.removeAttribute('aria-invalid');
    problem.hidden = true;
    button.disabled = true;
    button.textContent = form.dataset['busy'] ?? label;
    try {
      const answer = await fetch(form.dataset['api'] ?? '/api/session', {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ signInName: name.value.trim(), password: password.value }),
      });
      if (answer.ok) return location.assign(nextPage(form.dataset['office'] ?? '/'));
      const body = (await answer.json().catch(() => ({}))) as ProblemBody;
      show([body.titles?.[language], body.remedy?.[language]].filter(Boolean).join(' ') || (form.dataset['unreachable'] ?? ''));
    } catch {
      show(form.dataset['unreachable'] ?? '');
    }
    button.disabled = false;
    button.textContent = label;
  });

  form.querySelector('#show-password')?.addEventListener('change', (event) => {
    password.type = (event.target as HTMLInputElement).checked ? 'text' : 'password';
  });
  peopleList(name, password);
}

/** Only a path inside the office is followed: `?next=` must not lead to another site. */
function nextPage(office: string): string {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  const url = next.startsWith('/') ? new URL(next, location.origin) : undefined;
  const inside = url?.origin === location.origin && (url.pathname === office || url.pathname.startsWith(`${office}/`));
  return inside && url !== undefined ? url.pathname + url.search : office;
}

function peopleList(name: HTMLInputElement, password: HTMLInputElement): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('[data-sign-in-name]')];
  for (const button of buttons) {
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      name.value = button.dataset['signInName'] ?? '';
      password.focus();
    });
  }
  const filter = document.querySelector<HTMLInputElement>('#people-filter');
  filter?.addEventListener('input', () => {
    const wanted = fold(filter.value).split(/\s+/).filter(Boolean);
    let seen = 0;
    for (const section of document.querySelectorAll<HTMLElement>('[data-agency]')) {
      let inAgency = 0;
      for (const item of section.querySelectorAll<HTMLElement>('[data-find]')) {
        const text = fold(item.dataset['find'] ?? '');
        item.hidden = !wanted.every((word) => text.includes(word));
        if (!item.hidden) inAgency += 1;
      }
      section.hidden = inAgency === 0;
      seen += inAgency;
    }
    const none = document.querySelector<HTMLElement>('#people-none');
    if (none !== null) none.hidden = seen > 0;
  });
}
