namespace Slerp.Engine;

/// <summary>Where an accelerated answer failed.</summary>
public enum FaultStage
{
    /// <summary>While the prompt was read.</summary>
    Prefill = 0,

    /// <summary>While the answer was written.</summary>
    Decode = 1,
}
