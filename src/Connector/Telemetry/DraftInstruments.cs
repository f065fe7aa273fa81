using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>What speculation did, by source of the drafts. The acceptance rate is the ratio of two counters.</summary>
internal sealed class DraftInstruments(Meter meter)
{
    private readonly Counter<long> _rounds = meter.CreateCounter<long>(SlerpTelemetry.DraftRounds, "{round}");
    private readonly Counter<long> _proposed = meter.CreateCounter<long>(SlerpTelemetry.DraftProposedTokens, "{token}");
    private readonly Counter<long> _accepted = meter.CreateCounter<long>(SlerpTelemetry.DraftAcceptedTokens, "{token}");
    private readonly Histogram<double> _acceptedLength = meter.CreateHistogram<double>(SlerpTelemetry.DraftAcceptedLength, "{token}");

    /// <summary>Counts one answer.</summary>
    public void Count(DraftStats drafts, TagList tags)
    {
        if (drafts.Rounds == 0)
        {
            return;
        }

        _rounds.Add(drafts.Rounds, tags);
        _acceptedLength.Record((double)drafts.Accepted / drafts.Rounds, tags);
        foreach (var (name, source) in drafts.Sources)
        {
            var own = tags;
            own.Add(SlerpTelemetry.DraftSourceTag, name);
            _proposed.Add(source.Proposed, own);
            _accepted.Add(source.Accepted, own);
        }
    }
}
