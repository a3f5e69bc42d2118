// Operator of one's own: measures how far apart the gradients of the layers are. spec.json names this file in
// "modules" and the operator in "measure".
import { float64, memoryless, operator } from 'rxdescent';
import { z } from 'zod';

const gradientGap = operator(
  'gradientGap',
  {
    // options that a spec may give beside "op"; a misspelt key is an error that names the nearest
    options: z.strictObject({
      scale: z.enum(['ratio', 'decades']).default('ratio').meta({ description: 'decades: the logarithm to base 10' }),
    }),
    // columns that it adds: name, type, unit and meaning, which `rxdescent describe` shows and every table carries
    columns: { gradientGap: float64('largest ‖∂L/∂W_l‖² of a layer over the smallest', '1') },
    // checked before the first step: a chain without this column is refused
    reads: ['gradientNormSq'],
  },
  ({ scale }) => ({
    row({ gradientNormSq }) {
      const ratio = Math.max(...gradientNormSq) / Math.min(...gradientNormSq);
      return { gradientGap: scale === 'ratio' ? ratio : Math.log10(ratio) };
    },
    ...memoryless,
  }),
);

export const operators = { gradientGap };
