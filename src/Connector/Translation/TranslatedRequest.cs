using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>What the engine is asked, and how its answer is to be read.</summary>
/// <param name="Generation">For the engine.</param>
/// <param name="Seed">The seed in use.</param>
/// <param name="Reading">How the answer is read.</param>
internal sealed record TranslatedRequest(GenerationRequest Generation, long Seed, AnswerReading Reading);
