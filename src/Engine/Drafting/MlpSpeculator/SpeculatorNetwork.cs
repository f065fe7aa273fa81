using System.Numerics.Tensors;
using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>A small network that guesses tokens ahead from the target's last hidden row and the tokens guessed so far, stage by stage.</summary>
/// <remarks>
/// <para>Formula: s_-1 = z, or z / √(mean(z²) + eps) / √2 with scaled input; s_i = GELU(LN_i(W_i s_(i-1) + (w_e / w_s) E_i[t_i])); logits_i = U_i s_i;
/// w_s = 0.5^(0.5 / n), w_e = √((1 - w_s²) h / 2); LN(x) = x / √(mean(x²) + eps) ⊙ w + b, eps 1e-6; GELU with the error function.</para>
/// <para>Shapes: z [d], the target's row after its final norm; s_i [h]; logits [V].</para>
/// <para>Accuracy: the products are the backend's; GELU within 2e-7. Source: Wertheimer et al. 2024 (2404.19124).</para>
/// <para>Owns its matrices. Engine thread only.</para>
/// </remarks>
internal sealed class SpeculatorNetwork : IDisposable
{
    private const float Epsilon = 1e-6f;

    private readonly IComputeBackend _backend;
    private readonly Workspace _workspace;
    private readonly SpeculatorStage[] _stages;
    private readonly List<Matrix> _matrices;
    private readonly float _embeddingScale;
    private readonly float[] _row;
    private readonly float[] _logits;

    private SpeculatorNetwork(SpeculatorConfig config, IComputeBackend backend, SpeculatorStage[] stages, List<Matrix> matrices)
    {
        Config = config;
        _backend = backend;
        _workspace = backend.CreateWorkspace();
        _stages = stages;
        _matrices = matrices;
        _row = new float[config.InnerWidth];
        _logits = new float[config.VocabularySize];
        var stateWeight = Math.Pow(0.5, 0.5 / config.Stages);
        _embeddingScale = (float)(Math.Sqrt((1 - (stateWeight * stateWeight)) * config.InnerWidth / 2) / stateWeight);
    }

    /// <summary>What it looks like.</summary>
    public SpeculatorConfig Config { get; }

    /// <summary>What a folder stores.</summary>
    /// <exception cref="CheckpointException">The weights are missing or malformed.</exception>
    public static StoredWeights StoredIn(string folder)
    {
        using var weights = SafetensorsWeights.OpenFolder(folder);
        return weights.Stored;
    }

    /// <summary>Loads a speculator: <c>speculator.emb.i.weight</c>, <c>proj</c>, <c>head</c> and <c>ln</c>, tied ones from the first stage that has its own.</summary>
    /// <exception cref="CheckpointException">It is missing or malformed, or belongs to another model.</exception>
    /// <exception cref="OperationCanceledException">It was stopped between two matrices.</exception>
    public static SpeculatorNetwork Load(
        string folder, IComputeBackend backend, WeightFormat format, int width, int vocabularySize, CancellationToken cancellationToken)
    {
        var config = SpeculatorConfig.Read(folder);
        config.RequireFits(folder, width, vocabularySize);
        using var weights = SafetensorsWeights.OpenFolder(folder);
        var matrices = new Dictionary<string, Matrix>(StringComparer.Ordinal);
        try
        {
            var stages = new SpeculatorStage[config.Stages];
            for (var stage = 0; stage < stages.Length; stage++)
            {
                var own = config.AreTied ? 0 : stage;
                stages[stage] = new SpeculatorStage(
                    Matrix($"emb.{own}", config.VocabularySize, config.InnerWidth),
                    Matrix($"proj.{(config.AreTied ? Math.Min(stage, 1) : stage)}", config.InnerWidth, stage == 0 ? config.TargetWidth : config.InnerWidth),
                    Matrix($"head.{own}", config.VocabularySize, config.InnerWidth),
                    Vector(weights, $"speculator.ln.{own}.weight", config.InnerWidth),
                    Vector(weights, $"speculator.ln.{own}.bias", config.InnerWidth));
            }

            return new SpeculatorNetwork(config, backend, stages, [.. matrices.Values]);
        }
        catch
        {
            foreach (var matrix in matrices.Values)
            {
                matrix.Dispose();
            }

            throw;
        }

        Matrix Matrix(string name, int rows, int columns)
        {
            if (!matrices.TryGetValue(name, out var matrix))
            {
                cancellationToken.ThrowIfCancellationRequested();
                matrix = backend.LoadMatrix([weights.Get($"speculator.{name}.weight", rows, columns)], format);
                matrices.Add(name, matrix);
            }

            return matrix;
        }
    }

    /// <summary>Weights read to run a stage.</summary>
    public long ParametersOf(int stage) => _stages[stage].Parameters;

    /// <summary>The state the first stage starts from, in place of the target's row.</summary>
    public void Begin(Span<float> hidden)
    {
        if (Config.ScalesInput)
        {
            TensorPrimitives.Multiply(hidden, 1 / MathF.Sqrt(2 * ((TensorPrimitives.SumOfSquares<float>(hidden) / hidden.Length) + Epsilon)), hidden);
        }
    }

    /// <summary>Runs one stage for several rows.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="states">The states before it [rows, d of the first stage or h].</param>
    /// <param name="tokens">The token of each row.</param>
    /// <param name="next">Receives the states after it [rows, h].</param>
    /// <param name="candidates">Receives the likeliest tokens [rows, k], descending; -1 where there is none.</param>
    /// <param name="chances">Receives their probabilities [rows, k].</param>
    public void Run(int stage, ReadOnlySpan<float> states, ReadOnlySpan<int> tokens, Span<float> next, Span<int> candidates, Span<float> chances)
    {
        var rows = tokens.Length;
        var weights = _stages[stage];
        _workspace.Reset();
        Combine(weights, states, tokens, next);
        var input = _workspace.Rent(rows, Config.InnerWidth);
        _backend.Upload(next[..(rows * Config.InnerWidth)], input);
        var logits = _workspace.Rent(rows, Config.VocabularySize);
        _backend.Linear(weights.Head, input, null, logits);
        var count = candidates.Length / rows;
        _backend.TopK(logits, count, candidates, chances);
        for (var row = 0; row < rows; row++)
        {
            _backend.Download(logits, row, _logits);
            Normalise(_logits, chances.Slice(row * count, count));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _workspace.Dispose();
        foreach (var matrix in _matrices)
        {
            matrix.Dispose();
        }
    }

    private static float[] Vector(SafetensorsWeights weights, string name, int length)
    {
        var values = new float[length];
        weights.Get(name, length).ReadRows(0, 1, values);
        return values;
    }

    // The matrices are the backend's work; what is left is a few vectors of width h.
    private void Combine(SpeculatorStage weights, ReadOnlySpan<float> states, ReadOnlySpan<int> tokens, Span<float> next)
    {
        var x = _workspace.Rent(tokens.Length, weights.Projection.Inputs);
        _backend.Upload(states[..(tokens.Length * weights.Projection.Inputs)], x);
        var projected = _workspace.Rent(tokens.Length, Config.InnerWidth);
        _backend.Linear(weights.Projection, x, null, projected);
        var embedded = _workspace.Rent(tokens.Length, Config.InnerWidth);
        _backend.Embed(weights.Embedding, tokens, embedded);
        for (var row = 0; row < tokens.Length; row++)
        {
            var s = next.Slice(row * Config.InnerWidth, Config.InnerWidth);
            _backend.Download(projected, row, s);
            _backend.Download(embedded, row, _row);
            TensorPrimitives.MultiplyAdd<float>(_row, _embeddingScale, s, s);
            TensorPrimitives.Multiply(s, 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares<float>(s) / s.Length) + Epsilon), s);
            TensorPrimitives.MultiplyAdd<float>(s, weights.NormWeight, weights.NormBias, s);
            Gelu(s);
        }
    }

    // Logits of the likeliest to their chances; the row itself is used up.
    private static void Normalise(Span<float> logits, Span<float> chances)
    {
        var largest = chances[0];
        TensorPrimitives.Subtract(logits, largest, logits);
        TensorPrimitives.Exp<float>(logits, logits);
        var sum = TensorPrimitives.Sum<float>(logits);
        foreach (ref var chance in chances)
        {
            chance = MathF.Exp(chance - largest) / sum;
        }
    }

    private static void Gelu(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = (float)(0.5 * value * (1 + ErrorFunction(value * 0.70710678118654752)));
        }
    }

    // Abramowitz and Stegun 7.1.26: within 1.5e-7.
    private static double ErrorFunction(double x)
    {
        var t = 1 / (1 + (0.3275911 * Math.Abs(x)));
        var series = t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429))))))));
        return Math.CopySign(1 - (series * Math.Exp(-x * x)), x);
    }
}
