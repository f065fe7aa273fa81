using Slerp.Engine.Quality;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>What an answer is read and judged with.</summary>
/// <param name="Tokenizer">What tokens spell.</param>
/// <param name="Output">What form the answer must have.</param>
/// <param name="Calibration">How sure the model is of its own text; null where nobody asks, or it could not be measured.</param>
/// <param name="Time">The clock of the checks' limit.</param>
internal sealed record GenerationServices(ITokenizer Tokenizer, OutputForm Output, QualityCalibration? Calibration, TimeProvider Time)
{
    /// <summary>Checks that are not asked for now.</summary>
    public HungChecks Hung { get; init; } = new();

    /// <summary>How the model marks reasoning at the start of its answer; null where that is text.</summary>
    public ReasoningSyntax? Reasoning { get; init; }

    /// <summary>How the reasoning ends that the prompt has begun; null where it has begun none.</summary>
    public ReasoningSyntax? OpenReasoning { get; init; }

    /// <summary>Whether the answer goes on where the prompt's text ended: then its first space belongs to it.</summary>
    public bool ContinuesText { get; init; }
}
