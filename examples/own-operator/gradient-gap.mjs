// Operator of one's own: measures how far apart the gradients of the layers are. spec.json names this file in
// "modules" and the operator in "measure".
import { derive, float64 } from 'rxdescent';
import { z } from 'zod';

// columns that it adds: name, type, unit and meaning, which `rxdescent describe` shows and every table carries
const columns = { gradientGap: float64('largest ‖∂L/∂W_l‖² of a layer over the smallest', '1') };

// options that a spec may give beside "op"; a misspelt key is an error that names the nearest
const options = z.strictObject({
  scale: z.enum(['ratio', 'decades']).default('ratio').meta({ description: 'decades: the logarithm to base 10' }),
});

const gradientGap = ({ scale }) =>
  derive(
    columns,
    ({ gradientNormSq }) => {
      const ratio = Math.max(...gradientNormSq) / Math.min(...gradientNormSq);
      return { gradientGap: scale === 'ratio' ? ratio : Math.log10(ratio) };
    },
    // checked before the first step: a chain without this column is refused
    { operator: 'gradientGap', reads: ['gradientNormSq'] },
  );

export const operators = { gradientGap: { options, create: gradientGap } };
