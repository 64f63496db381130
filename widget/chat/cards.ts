/** The cards that few conversations need, as one file to fetch: comment, edit, approval, person, hop trail; with their looks. */
import { cardStyles } from '../theme/cards.ts';
import { sheetOf } from '../theme/css.ts';
import { approvals } from './approval.ts';
import { editForm } from './edit.ts';
import { feedbackForm } from './feedback.ts';
import { handoff } from './handoff.ts';
import { trail } from './trail.ts';

export { approvals, editForm, feedbackForm, handoff, trail };
export const sheet = sheetOf(cardStyles);
