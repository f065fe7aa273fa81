using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Tests.Merging;

/// <summary>The merged forward pass as its definition reads: the whole text at once, in 64 bits, with lists for rows. Shares no code with the engine but the file reader.</summary>
internal sealed class MergedForwardOracle(string folder, int layers, int width = 32, int heads = 4, int kvHeads = 2, int headSize = 8, int mlpWidth = 48) : IDisposable
{
    private readonly SafetensorsWeights _weights = SafetensorsWeights.OpenFolder(folder);

    /// <summary>Which row pairs become one; the rest stay. Ascending.</summary>
    internal sealed record Merge(int Cutoff, IReadOnlyList<int> FirstOfPairs, bool IsMean, bool IsWholeTensor, int RunStart, int RunLength);

    /// <summary>Logits of the last row.</summary>
    public double[] Logits(int[] tokens, Merge merge)
    {
        var embedding = Matrix("model.embed_tokens.weight", 259, width);
        var x = tokens.Select(token => (double[])embedding[token].Clone()).ToList();
        var positions = Enumerable.Range(0, tokens.Length).Select(static index => (double)index).ToList();
        for (var layer = 0; layer < layers; layer++)
        {
            Block(layer, x, positions);
            if (layer == merge.Cutoff)
            {
                (x, positions) = Merged(x, merge);
            }
        }

        var last = Norm(x[^1], Vector("model.norm.weight", width));
        return [.. embedding.Select(row => Dot(row, last))];
    }

    public void Dispose() => _weights.Dispose();

    private static (List<double[]> Rows, List<double> Positions) Merged(List<double[]> x, Merge merge)
    {
        var rows = new List<double[]>();
        var positions = new List<double>();
        var scale = merge.IsWholeTensor ? TensorNorms(x, merge) : 0;
        for (var row = 0; row < x.Count; row++)
        {
            if (!merge.FirstOfPairs.Contains(row))
            {
                rows.Add(x[row]);
                positions.Add(row);
                continue;
            }

            var (a, b) = (x[row], x[row + 1]);
            var cosine = Dot(a, b) / (merge.IsWholeTensor ? scale : Math.Sqrt(Dot(a, a) * Dot(b, b)));
            var theta = Math.Acos(cosine);
            var weight = Math.Sin(theta / 2) / Math.Sin(theta);
            rows.Add([.. a.Zip(b, (left, right) => (weight * left) + (weight * right))]);
            positions.Add(row + 0.5);
            row++;
        }

        return (rows, merge.IsMean ? positions : [.. Enumerable.Range(0, rows.Count).Select(static index => (double)index)]);
    }

    // The published code stacks the run, padded with a zero row before it and one or two after, and takes every other row of it as a tensor.
    private static double TensorNorms(List<double[]> x, Merge merge)
    {
        var zero = new double[x[0].Length];
        var run = x.Skip(merge.RunStart).Take(merge.RunLength).ToList();
        List<double[]> padded = run.Count % 2 == 0
            ? [zero, .. run, zero]
            : [zero, .. run.Take(run.Count - 1), zero, run[^1], zero];
        // Odd runs keep their last but one row by a zero partner of its own.
        var first = padded.Where((_, index) => index % 2 == 0).Sum(static row => Dot(row, row));
        var second = padded.Where((_, index) => index % 2 == 1).Sum(static row => Dot(row, row));
        return Math.Sqrt(first * second);
    }

    private void Block(int layer, List<double[]> x, List<double> positions)
    {
        var prefix = $"model.layers.{layer}.";
        var normed = x.Select(row => Norm(row, Vector(prefix + "input_layernorm.weight", width))).ToList();
        var q = Project(prefix + "self_attn.q_proj.weight", heads * headSize, width, normed);
        var k = Project(prefix + "self_attn.k_proj.weight", kvHeads * headSize, width, normed);
        var v = Project(prefix + "self_attn.v_proj.weight", kvHeads * headSize, width, normed);
        for (var row = 0; row < x.Count; row++)
        {
            Rotate(q[row], positions[row]);
            Rotate(k[row], positions[row]);
        }

        var mixed = Enumerable.Range(0, x.Count).Select(row => Attend(q[row], k, v, row)).ToList();
        var output = Project(prefix + "self_attn.o_proj.weight", width, heads * headSize, mixed);
        for (var row = 0; row < x.Count; row++)
        {
            x[row] = [.. x[row].Zip(output[row], static (left, right) => left + right)];
        }

        normed = [.. x.Select(row => Norm(row, Vector(prefix + "post_attention_layernorm.weight", width)))];
        var gate = Project(prefix + "mlp.gate_proj.weight", mlpWidth, width, normed);
        var up = Project(prefix + "mlp.up_proj.weight", mlpWidth, width, normed);
        var gated = gate.Zip(up, static (g, u) => g.Zip(u, static (a, b) => a / (1 + Math.Exp(-a)) * b).ToArray()).ToList();
        var down = Project(prefix + "mlp.down_proj.weight", width, mlpWidth, gated);
        for (var row = 0; row < x.Count; row++)
        {
            x[row] = [.. x[row].Zip(down[row], static (left, right) => left + right)];
        }
    }

    private double[] Attend(double[] q, List<double[]> k, List<double[]> v, int row)
    {
        var result = new double[heads * headSize];
        for (var head = 0; head < heads; head++)
        {
            var from = head * kvHeads / heads * headSize;
            var query = q[(head * headSize)..((head + 1) * headSize)];
            var scores = Enumerable.Range(0, row + 1).Select(key => Math.Exp(Dot(query, k[key][from..(from + headSize)]) / Math.Sqrt(headSize))).ToArray();
            var sum = scores.Sum();
            for (var key = 0; key <= row; key++)
            {
                for (var column = 0; column < headSize; column++)
                {
                    result[(head * headSize) + column] += scores[key] / sum * v[key][from + column];
                }
            }
        }

        return result;
    }

    private void Rotate(double[] row, double position)
    {
        var half = headSize / 2;
        for (var start = 0; start < row.Length; start += headSize)
        {
            for (var index = 0; index < half; index++)
            {
                var angle = position * Math.Pow(10000, -2.0 * index / headSize);
                var (a, b) = (row[start + index], row[start + half + index]);
                row[start + index] = (a * Math.Cos(angle)) - (b * Math.Sin(angle));
                row[start + half + index] = (b * Math.Cos(angle)) + (a * Math.Sin(angle));
            }
        }
    }

    private List<double[]> Project(string name, int outputs, int inputs, List<double[]> rows)
    {
        var matrix = Matrix(name, outputs, inputs);
        return [.. rows.Select(row => matrix.Select(weights => Dot(weights, row)).ToArray())];
    }

    private static double[] Norm(double[] row, double[] weight)
    {
        var scale = 1 / Math.Sqrt((Dot(row, row) / row.Length) + 1e-5);
        return [.. row.Zip(weight, (value, factor) => value * scale * factor)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, static (left, right) => left * right).Sum();

    private double[] Vector(string name, int columns) => Read(_weights.Get(name, columns), 1, columns)[0];

    private double[][] Matrix(string name, int rows, int columns) => Read(_weights.Get(name, rows, columns), rows, columns);

    private static double[][] Read(WeightTensor tensor, int rows, int columns)
    {
        var values = new float[rows * columns];
        tensor.ReadRows(0, rows, values);
        return [.. values.Chunk(columns).Select(static row => row.Select(static value => (double)value).ToArray())];
    }
}
