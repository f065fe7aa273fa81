namespace Slerp.Engine;

/// <summary>What a request may ask for; checked before any work.</summary>
internal static class RequestLimits
{
    private const int MaxStopSequences = 64;
    private const int MaxStopCharacters = 1024;
    private const int MaxTenantCharacters = 128;
    private const string Vanilla = "vanilla";

    /// <summary>Throws where a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static void Check(GenerationRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxOutputTokens, 1, nameof(request.MaxOutputTokens));
        Require(request.StopSequences.Count <= MaxStopSequences, nameof(request.StopSequences), request.StopSequences.Count, $"at most {MaxStopSequences}; leave out the rest");
        foreach (var stop in request.StopSequences)
        {
            Require(stop.Length <= MaxStopCharacters, nameof(request.StopSequences), $"{stop.Length} characters", $"at most {MaxStopCharacters} characters each; shorten it, its first words end the answer at the same place");
        }

        if (request.Reasoning is { } reasoning)
        {
            Require(reasoning.Open.Length > 0, nameof(reasoning.Open), reasoning.Open, "a mark, not the empty text");
            Require(reasoning.Close.Length > 0, nameof(reasoning.Close), reasoning.Close, "a mark, not the empty text");
        }

        Require(request.Tenant.Length <= MaxTenantCharacters, nameof(request.Tenant), $"{request.Tenant.Length} characters", $"at most {MaxTenantCharacters}");
        Require(EngineCatalog.Drafters.Contains(request.Drafter), nameof(request.Drafter), request.Drafter, "one of " + string.Join(", ", EngineCatalog.Drafters));
        Require(request.Gate.TimeLimit > TimeSpan.Zero, nameof(request.Gate.TimeLimit), request.Gate.TimeLimit, "a time above 0");
        CheckMerging(request);
        var penalties = request.Penalties;
        Require(float.IsFinite(penalties.Frequency), nameof(penalties.Frequency), penalties.Frequency, "a finite number");
        Require(float.IsFinite(penalties.Presence), nameof(penalties.Presence), penalties.Presence, "a finite number");
        Require(float.IsFinite(penalties.Repetition) && penalties.Repetition > 0, nameof(penalties.Repetition), penalties.Repetition, "a finite number above 0");
        if (request.Sampling is SamplingMode.Stochastic mode)
        {
            Require(float.IsFinite(mode.Temperature) && mode.Temperature > 0, nameof(mode.Temperature), mode.Temperature, "a finite number above 0");
            Require(mode.TopK >= 0, nameof(mode.TopK), mode.TopK, "0 (all) or more");
            Require(mode.TopP is > 0 and <= 1, nameof(mode.TopP), mode.TopP, "a number in (0, 1]");
            Require(mode.MinP is >= 0 and < 1, nameof(mode.MinP), mode.MinP, "a number in [0, 1)");
        }
    }

    private static void CheckMerging(GenerationRequest request)
    {
        var cutoff = request.Merging switch
        {
            MergingMode.PromptOnly only => only.Cutoff,
            MergingMode.Incremental incremental => incremental.Cutoff,
            _ => null,
        };
        Require(cutoff is not MergeCutoff.Layer { Index: < 0 }, nameof(MergingMode.PromptOnly.Cutoff), cutoff!, "a layer from 0");
        Require(cutoff is not MergeCutoff.Share { Fraction: not (>= 0 and <= 1) }, nameof(MergingMode.PromptOnly.Cutoff), cutoff!, "a share in [0, 1]");
        if (request.Merging is MergingMode.PromptOnly { Pairing: MergePairing.Similar similar } prompt)
        {
            Require(similar.Threshold is >= -1 and <= 1, nameof(similar.Threshold), similar.Threshold, "a cosine in [-1, 1]");
            Require(prompt.Variant == MergeVariant.PerRow, nameof(prompt.Variant), prompt.Variant, "PerRow where pairs are chosen by similarity; the published code pairs by parity");
        }

        if (request.Merging is MergingMode.Incremental mode)
        {
            Require(mode.KeepFirst >= 0, nameof(mode.KeepFirst), mode.KeepFirst, "0 or more");
            Require(mode.MinimumTokens >= 0, nameof(mode.MinimumTokens), mode.MinimumTokens, "0 or more");
            Require(mode.KeepLast >= 1, nameof(mode.KeepLast), mode.KeepLast, "1 or more: the last row makes the next token");
            Require(
                request.Drafter == Vanilla, nameof(request.Drafter), request.Drafter,
                $"\"{Vanilla}\" with {nameof(MergingMode)}.{nameof(MergingMode.Incremental)}: it changes rows that a draft stands on");
        }
    }

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is out of range; expected {expected}.");
        }
    }
}
