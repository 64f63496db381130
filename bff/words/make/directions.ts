/** The directions in which vectors differ most, by power iteration on their covariance. */

export type Directions = { mean: Float32Array; project: (values: Float32Array, mean: Float32Array) => Float32Array };

const ITERATIONS = 40;

/** The mean of rows of `size` numbers, and a projection of such rows onto their `count` main directions. */
export function mainDirections(values: Float32Array, size: number, count: number): Directions {
  const rows = values.length / size;
  const mean = new Float32Array(size);
  for (let n = 0; n < values.length; n++) mean[n % size] = (mean[n % size] ?? 0) + (values[n] ?? 0) / rows;
  const covariance = covarianceOf(values, size, mean);
  let basis = Float64Array.from({ length: count * size }, (_, n) => Math.sin(n * 12.9898 + 78.233) * 2);
  orthonormal(basis, size);
  for (let turn = 0; turn < ITERATIONS; turn++) {
    const next = new Float64Array(count * size);
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += (covariance[i * size + j] as number) * (basis[k * size + j] as number);
        next[k * size + i] = sum;
      }
    }
    orthonormal(next, size);
    basis = next;
  }
  return {
    mean,
    project(given, from) {
      const out = new Float32Array((given.length / size) * count);
      for (let n = 0; n < given.length / size; n++) {
        for (let k = 0; k < count; k++) {
          let sum = 0;
          for (let j = 0; j < size; j++) sum += ((given[n * size + j] as number) - (from[j] as number)) * (basis[k * size + j] as number);
          out[n * count + k] = sum;
        }
      }
      return out;
    },
  };
}

function covarianceOf(values: Float32Array, size: number, mean: Float32Array): Float64Array {
  const covariance = new Float64Array(size * size);
  const row = new Float64Array(size);
  // Every fourth row says as much about the directions as all of them.
  for (let at = 0; at < values.length; at += size * 4) {
    for (let d = 0; d < size; d++) row[d] = (values[at + d] ?? 0) - (mean[d] ?? 0);
    for (let i = 0; i < size; i++) {
      const value = row[i] as number;
      for (let j = 0; j < size; j++) covariance[i * size + j] = (covariance[i * size + j] as number) + value * (row[j] as number);
    }
  }
  return covariance;
}

/** Rows of `size` made perpendicular to those before them, and of length one, in place. */
function orthonormal(basis: Float64Array, size: number): void {
  for (let at = 0; at < basis.length; at += size) {
    for (let before = 0; before < at; before += size) {
      let dot = 0;
      for (let d = 0; d < size; d++) dot += (basis[at + d] as number) * (basis[before + d] as number);
      for (let d = 0; d < size; d++) basis[at + d] = (basis[at + d] as number) - dot * (basis[before + d] as number);
    }
    let square = 0;
    for (let d = 0; d < size; d++) square += (basis[at + d] as number) ** 2;
    const factor = 1 / Math.sqrt(square || 1);
    for (let d = 0; d < size; d++) basis[at + d] = (basis[at + d] as number) * factor;
  }
}
