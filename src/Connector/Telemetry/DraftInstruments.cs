using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>What speculation did, by drafter and source. Thread-safe.</summary>
internal sealed class DraftInstruments
{
    private readonly Counter<long> _rounds;
    private readonly Counter<long> _proposed;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _faults;
    private readonly Histogram<double> _tokensPerStep;
    private readonly Histogram<double> _width;
    private readonly Histogram<double> _acceptedLength;

    /// <summary>Makes them on a meter.</summary>
    public DraftInstruments(Meter meter)
    {
        _rounds = meter.CreateCounter<long>(SlerpTelemetry.DraftRounds, "{round}", "Steps that ran a draft.");
        _proposed = meter.CreateCounter<long>(SlerpTelemetry.DraftProposedTokens, "{token}", "Tokens proposed.");
        _accepted = meter.CreateCounter<long>(SlerpTelemetry.DraftAcceptedTokens, "{token}", "Proposed tokens that were the model's own.");
        _faults = meter.CreateCounter<long>(SlerpTelemetry.DraftFaults, "{fault}", "Times a drafter failed and the answer went on without it.");
        _tokensPerStep = meter.CreateHistogram<double>(SlerpTelemetry.DraftTokensPerStep, "{token}", "Tokens per step of an answer.", tags: null, Buckets.StepTokens);
        _width = meter.CreateHistogram<double>(SlerpTelemetry.DraftWidth, "{token}", "Tokens proposed per step that ran a draft.", tags: null, Buckets.StepTokens);
        _acceptedLength = meter.CreateHistogram<double>(SlerpTelemetry.DraftAcceptedLength, "{token}", "Proposed tokens that were the model's own, per step that ran a draft.", tags: null, Buckets.StepTokens);
    }

    /// <summary>Records one answer; nothing where it was decoded without a drafter.</summary>
    public void Record(string modelId, string? drafter, GenerationStats? stats)
    {
        if (drafter is null || stats is not { Drafts: var drafts } || (drafts.Rounds == 0 && drafts.Faults == 0 && drafts.Sources.Count == 0))
        {
            return;
        }

        var tags = new TagList { { SlerpTelemetry.RequestModelTag, modelId }, { SlerpTelemetry.DrafterTag, drafter } };
        _rounds.Add(drafts.Rounds, tags);
        if (drafts.Faults > 0)
        {
            _faults.Add(drafts.Faults, tags);
        }

        if (stats.Steps > 0)
        {
            _tokensPerStep.Record((double)stats.DecodedTokens / stats.Steps, tags);
        }

        if (drafts.Rounds > 0)
        {
            _width.Record((double)drafts.Proposed / drafts.Rounds, tags);
            _acceptedLength.Record((double)drafts.Accepted / drafts.Rounds, tags);
        }

        foreach (var (name, source) in drafts.Sources)
        {
            var sourceTags = tags;
            sourceTags.Add(SlerpTelemetry.DraftSourceTag, name);
            _proposed.Add(source.Proposed, sourceTags);
            _accepted.Add(source.Accepted, sourceTags);
        }
    }
}
