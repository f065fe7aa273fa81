using System.Numerics.Tensors;
using Slerp.Engine;

namespace Slerp.Benchmarks.Measuring;

/// <summary>The sums of one pass over the texts; a pass may keep its logits for others to be compared with.</summary>
internal sealed class TextScore(bool keepsLogits)
{
    private readonly List<float[]> _logits = [];
    private double _surprise;
    private double _difference;
    private int _same;
    private int _rows;

    /// <summary>Tokens scored.</summary>
    public int Tokens { get; private set; }

    /// <summary>The largest difference of a logit from the exact pass.</summary>
    public double MaxDifference { get; private set; }

    /// <summary>The mean absolute difference.</summary>
    public double MeanDifference => _difference / Math.Max(1, _rows);

    /// <summary>The share of positions with the same likeliest token.</summary>
    public double SameArgMax => (double)_same / Math.Max(1, _rows);

    /// <summary>exp of the mean negative log likelihood.</summary>
    public double Perplexity => Math.Exp(_surprise / Tokens);

    /// <summary>Scores texts with the weights packed into a format.</summary>
    public static TextScore Measure(BenchSettings settings, WeightFormat format, IReadOnlyList<ScoredText> texts, TextScore? exact, bool keepsLogits = false)
    {
        using var decoder = BareDecoder.Load((settings with { Format = format }).EngineOptions);
        var score = new TextScore(keepsLogits);
        foreach (var text in texts)
        {
            decoder.Score(text.Tokens.AsSpan(0, text.Tokens.Length - 1), (position, logits) => score.Add(logits, text.Tokens[position + 1], exact));
        }

        return score;
    }

    private void Add(ReadOnlySpan<float> logits, int next, TextScore? exact)
    {
        var max = TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        _surprise += Math.Log(sum) + max - logits[next];
        Tokens++;
        if (keepsLogits)
        {
            _logits.Add(logits.ToArray());
        }

        if (exact is null)
        {
            return;
        }

        ReadOnlySpan<float> reference = exact._logits[_rows++];
        var mean = 0.0;
        for (var token = 0; token < logits.Length; token++)
        {
            var difference = Math.Abs(logits[token] - reference[token]);
            MaxDifference = Math.Max(MaxDifference, difference);
            mean += difference;
        }

        _difference += mean / logits.Length;
        _same += TensorPrimitives.IndexOfMax(logits) == TensorPrimitives.IndexOfMax(reference) ? 1 : 0;
    }
}
