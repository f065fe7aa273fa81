using System.Runtime.InteropServices;
using Slerp.Engine.Decoding;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>How sure the model is of its own text: measured once per checkpoint and machine, when the first judged answer needs it.</summary>
/// <remarks>
/// A few neutral requests run unmerged through the same loop as every other, beside whatever runs, and their statistics are averaged: no second way to run the model,
/// and a program that judges nothing pays nothing. Thread-safe.
/// </remarks>
internal sealed class QualityBaseline(LoadedModel model, EngineLoop loop, TimeProvider time)
{
    private const int TokensEach = 48;
    private const string NoteName = "confidence";

    // More than any vocabulary's entropy: a note that says so is not one of ours.
    private const double MostNats = 100;

    // No tenant of a request.
    private const string Tenant = "\u0001calibration";

    private static readonly string[] Openings =
    [
        "Describe an ordinary morning in a small town.",
        "Explain why people keep gardens.",
        "Tell me what a library is for.",
    ];

    private readonly Lock _lock = new();
    private Task<QualityCalibration?>? _measured;

    /// <summary>The baseline; null where it could not be measured (the next request tries again).</summary>
    public Task<QualityCalibration?> GetAsync()
    {
        lock (_lock)
        {
            return _measured is null or { IsCompletedSuccessfully: true, Result: null } ? _measured = MeasureAsync() : _measured;
        }
    }

    private async Task<QualityCalibration?> MeasureAsync()
    {
        if (Read() is { } kept)
        {
            return kept;
        }

        try
        {
            var texts = await Task.WhenAll(Openings.Select(ReadAsync)).ConfigureAwait(false);
            var tokens = texts.SelectMany(static text => text).ToArray();
            var (logProbability, logSpread) = Spread(tokens, static token => token.LogProbability);
            var (entropy, entropySpread) = Spread(tokens, static token => token.Entropy);
            return tokens.Length == 0 ? null : Keep(new QualityCalibration(logProbability, logSpread, entropy, entropySpread));
        }
        catch (EngineException)
        {
            // A full queue, a template that refuses: checks that need it pass until it is there.
            return null;
        }
    }

    private async Task<List<TokenStatistics>> ReadAsync(string opening)
    {
        var ids = model.Prompts.EncodeQuestion(opening, opening, Tenant);
        var collector = new SegmentCollector();
        var stop = new StopRules(model.Tokenizer, model.EndTokens, Math.Min(TokensEach, model.Info.ContextTokens - ids.Length), []);
        var sequence = new Sequence(
            ids, SamplingMode.Greedy.Instance, Penalties.None, TokensEach, stop, new SequenceClock(time), drafter: null, constraint: null, Tenant, collector);
        loop.Submit(sequence);
        var tokens = new List<TokenStatistics>();
        CollectedSegment segment;
        do
        {
            segment = await collector.ReadAsync().ConfigureAwait(false);
            tokens.AddRange(segment.Statistics);
            collector.Accept();
            loop.Notice();
        }
        while (segment.Finish is null && segment.Fault is null);

        return tokens;
    }

    private QualityCalibration? Read()
    {
        if (model.Notes.Read(NoteName, 4 * sizeof(double)) is not { Length: 4 * sizeof(double) } bytes)
        {
            return null;
        }

        var numbers = MemoryMarshal.Cast<byte, double>(bytes);
        return numbers.ContainsAnyExceptInRange(-MostNats, MostNats)
            ? null
            : new QualityCalibration(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    private QualityCalibration Keep(QualityCalibration measured)
    {
        double[] numbers = [measured.LogProbabilityMean, measured.LogProbabilitySpread, measured.EntropyMean, measured.EntropySpread];
        model.Notes.Write(NoteName, MemoryMarshal.AsBytes<double>(numbers));
        return measured;
    }

    private static (double Mean, double Spread) Spread(TokenStatistics[] tokens, Func<TokenStatistics, double> value)
    {
        var mean = tokens.Length == 0 ? 0 : tokens.Average(value);
        return (mean, Math.Sqrt(tokens.Length == 0 ? 0 : tokens.Average(token => (value(token) - mean) * (value(token) - mean))));
    }
}
