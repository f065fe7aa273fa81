using System.Text.Json;

namespace Slerp.Engine.Quality;

/// <summary>Fails an answer that had to be JSON and ends without being all of it: the grammar keeps it valid, a limit may cut it.</summary>
/// <remarks>Of the whole answer, so that it is told and not decoded again: vanilla decoding would be cut by the same limit.</remarks>
internal sealed class CompleteJsonCheck : IQualityCheck
{
    public const string CheckName = "json";

    // The depth a schema may ask for, and more.
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 512 };

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Answer;

    /// <inheritdoc />
    public bool NeedsProbabilities => false;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens) =>
        context is { Finish: not null, Output: OutputForm.Json } && !IsJson(AnswerProse.AfterReasoning(context, text).ToString()) ? Verdict.Failed("the JSON is not complete", 1) : Verdict.ByScore(0, 0, "");

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Depth);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
