using System.Numerics.Tensors;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Sampling;

/// <summary>From a row of logits to a token: penalties, temperature, top-k, top-p, min-p, draw, in this order.</summary>
/// <remarks>
/// <para>The draw is the inverse of the cumulative distribution at Draw(seed, position): the same logits, seed and position give the same token,
/// whether the row was reached by speculation or not.</para>
/// <para>Scratch memory is kept: a steady decode loop allocates nothing. One per engine thread.</para>
/// </remarks>
internal sealed class LogitsPipeline
{
    // So many are looked for at first: more than a nucleus mostly has.
    private const int FewCandidates = 64;

    private float[] _logits = [];
    private float[] _weights = [];
    private int[] _candidates = [];
    private float[] _candidateLogits = [];

    /// <summary>The token of a row, or -1 where the row is not finite.</summary>
    /// <param name="output">The step's output.</param>
    /// <param name="row">The wanted row.</param>
    /// <param name="sampling">How to choose.</param>
    /// <param name="penalties">Corrections.</param>
    /// <param name="counts">Tokens so far; asked only where there are penalties.</param>
    /// <param name="position">Absolute position of the token to choose.</param>
    public int Pick(StepOutput output, int row, SamplingMode sampling, Penalties penalties, TokenCounts? counts, int position)
    {
        if (sampling is SamplingMode.Greedy && penalties.AreNone)
        {
            return output.ArgMax(row);
        }

        if (sampling is SamplingMode.Stochastic { TopK: > 0 and <= FewCandidates } mode && penalties.AreNone)
        {
            return SampleFew(output, row, mode, DrawAt(mode, position));
        }

        return Pick(Load(output, row), sampling, penalties, counts, position);
    }

    /// <summary>Copies a row to scratch memory, where a mask may be applied before <see cref="Pick(Span{float},SamplingMode,Penalties,TokenCounts?,int)"/>.</summary>
    public Span<float> Load(StepOutput output, int row)
    {
        var logits = Reserve(output.VocabularySize);
        output.CopyLogits(row, logits);
        return logits;
    }

    /// <summary>The token of a row already copied, which is changed; -1 where it is not finite.</summary>
    public int Pick(Span<float> logits, SamplingMode sampling, Penalties penalties, TokenCounts? counts, int position)
    {
        if (counts is not null)
        {
            Penalise(logits, penalties, counts);
        }

        return sampling switch
        {
            SamplingMode.Stochastic mode => Sample(logits, mode, DrawAt(mode, position)),
            _ => IndexOfFiniteMax(logits),
        };
    }

    /// <summary>Applies penalties in place.</summary>
    public static void Penalise(Span<float> logits, Penalties penalties, TokenCounts counts)
    {
        foreach (var (token, count) in counts.Answer)
        {
            logits[token] = Repeat(logits[token], penalties.Repetition) - (penalties.Frequency * count) - penalties.Presence;
        }

        if (penalties.Repetition != 1)
        {
            foreach (var token in counts.PromptOnly)
            {
                logits[token] = Repeat(logits[token], penalties.Repetition);
            }
        }
    }

    private static double DrawAt(SamplingMode.Stochastic mode, int position) => Draw.Uniform(mode.Seed, position, DrawPurpose.Token);

    private static float Repeat(float logit, float penalty) => logit > 0 ? logit / penalty : logit * penalty;

    private static int IndexOfFiniteMax(ReadOnlySpan<float> logits)
    {
        var index = TensorPrimitives.IndexOfMax(logits);
        return float.IsFinite(logits[index]) ? index : -1;
    }

    private int Sample(Span<float> logits, SamplingMode.Stochastic mode, double draw)
    {
        var best = IndexOfFiniteMax(logits);
        if (best < 0)
        {
            return -1;
        }

        return mode.TopK == 0 && mode.TopP >= 1
            ? SampleAll(logits, logits[best], mode, draw)
            : SampleTop(logits, logits[best], mode, draw);
    }

    // Without top-k and top-p the order of the distribution does not matter: the vocabulary's own order needs no sort.
    private int SampleAll(ReadOnlySpan<float> logits, float max, SamplingMode.Stochastic mode, double draw)
    {
        var weights = Weights(logits, max, mode.Temperature);
        if (mode.MinP > 0)
        {
            foreach (ref var weight in weights)
            {
                weight = weight < mode.MinP ? 0 : weight;
            }
        }

        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var target = draw * total;
        var sum = 0.0;
        var last = 0;
        for (var token = 0; token < weights.Length; token++)
        {
            if (weights[token] > 0)
            {
                sum += weights[token];
                last = token;
                if (sum > target)
                {
                    return token;
                }
            }
        }

        return last;
    }

    // Of a few candidates nobody needs the other logits, which need not even be computed.
    private int SampleFew(StepOutput output, int row, SamplingMode.Stochastic mode, double draw)
    {
        var count = Math.Min(mode.TopK, output.VocabularySize);
        ReserveCandidates(count);
        var logits = _candidateLogits.AsSpan(0, count);
        output.TopK(row, _candidates.AsSpan(0, count), logits);
        return output.ArgMax(row) < 0 ? -1 : ChooseOf(logits[..(logits.LastIndexOfAnyExcept(float.NegativeInfinity) + 1)], mode, draw);
    }

    private int SampleTop(ReadOnlySpan<float> logits, float max, SamplingMode.Stochastic mode, double draw)
    {
        if (mode.TopK > 0)
        {
            // The nucleus is taken from what top-k leaves, so all of that is needed.
            var left = Candidates(logits, Math.Min(mode.TopK, logits.Length));
            return ChooseOf(_candidateLogits.AsSpan(0, left), mode, draw);
        }

        double mass = TensorPrimitives.Sum<float>(Weights(logits, max, mode.Temperature));
        for (var count = Math.Min(logits.Length, FewCandidates); ; count = Math.Min(logits.Length, count * 8))
        {
            var kept = Candidates(logits, count);
            // Fewer than were wanted: a mask has left no more.
            if (kept < count || count == logits.Length)
            {
                return ChooseOf(_candidateLogits.AsSpan(0, kept), mode, draw);
            }

            var weights = Weights(_candidateLogits.AsSpan(0, kept), max, mode.Temperature);
            var nucleus = Nucleus(weights, mode.TopP * mass);
            if (nucleus > 0)
            {
                return _candidates[Choose(weights[..nucleus], mode.MinP, draw)];
            }
        }
    }

    // Of all candidates there are, in descending order.
    private int ChooseOf(ReadOnlySpan<float> logits, SamplingMode.Stochastic mode, double draw)
    {
        var weights = Weights(logits, logits[0], mode.Temperature);
        var mass = 0.0;
        foreach (var weight in weights)
        {
            mass += weight;
        }

        var nucleus = Nucleus(weights, mode.TopP * mass);
        return _candidates[Choose(weights[..(nucleus == 0 ? weights.Length : nucleus)], mode.MinP, draw)];
    }

    // The number of leading candidates whose weights reach the mass asked for; 0 where they do not.
    private static int Nucleus(ReadOnlySpan<float> weights, double mass)
    {
        var sum = 0.0;
        for (var index = 0; index < weights.Length; index++)
        {
            sum += weights[index];
            if (sum >= mass)
            {
                return index + 1;
            }
        }

        return 0;
    }

    // Candidates are in descending order, so min-p cuts a tail; the first always stays.
    private static int Choose(ReadOnlySpan<float> weights, float minP, double draw)
    {
        var kept = 0;
        var total = 0.0;
        while (kept < weights.Length && (kept == 0 || weights[kept] >= minP * weights[0]))
        {
            total += weights[kept++];
        }

        var target = draw * total;
        var sum = 0.0;
        for (var index = 0; index < kept; index++)
        {
            sum += weights[index];
            if (sum > target)
            {
                return index;
            }
        }

        return kept - 1;
    }

    // The count largest logits in descending order, the lower id first on ties.
    private int Candidates(ReadOnlySpan<float> logits, int count)
    {
        ReserveCandidates(count);
        return TopSelection.Select(logits, _candidates.AsSpan(0, count), _candidateLogits.AsSpan(0, count));
    }

    private Span<float> Weights(ReadOnlySpan<float> logits, float max, float temperature)
    {
        if (_weights.Length < logits.Length)
        {
            _weights = new float[logits.Length];
        }

        var weights = _weights.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, max, weights);
        TensorPrimitives.Divide(weights, temperature, weights);
        TensorPrimitives.Exp(weights, weights);
        return weights;
    }

    private void ReserveCandidates(int count)
    {
        if (_candidates.Length < count)
        {
            (_candidates, _candidateLogits) = (new int[count], new float[count]);
        }
    }

    private Span<float> Reserve(int vocabulary)
    {
        if (_logits.Length < vocabulary)
        {
            _logits = new float[vocabulary];
        }

        return _logits.AsSpan(0, vocabulary);
    }
}
