using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Drafting.DraftModel;
using Slerp.Engine.Drafting.MlpSpeculator;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Engine.Models;

namespace Slerp.Engine.Drafting;

/// <summary>What drafters are made from.</summary>
/// <param name="Target">What the target looks like.</param>
/// <param name="Prices">What rows cost on this machine.</param>
internal sealed record DraftEnvironment(DecoderShape Target, StepPrices Prices)
{
    /// <summary>The clock that prices are corrected by; null takes the costs as they stand.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>What token recycling has learned.</summary>
    public required RecyclingMemory Recycling { get; init; }

    /// <summary>The target.</summary>
    public required IDecoder Decoder { get; init; }

    /// <summary>The target's keys and values.</summary>
    public required KvCache Cache { get; init; }

    /// <summary>The target's scratch memory, free between steps.</summary>
    public required Workspace Workspace { get; init; }

    /// <summary>What of the target drafts where it drafts for itself.</summary>
    public required LayerMask Mask { get; init; }

    /// <summary>The draft model, or null where there is none; the drafter that is made from it owns it.</summary>
    public Lazy<DraftingModel>? DraftModel { get; init; }

    /// <summary>The MLP speculator, or null where there is none; the drafter that is made from it owns it.</summary>
    public Lazy<SpeculatorNetwork>? Speculator { get; init; }
}
