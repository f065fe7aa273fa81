namespace Slerp.Engine.Checkpoints;

/// <summary>Makes text from a file fit for an error message: short, and without control characters that could forge log lines.</summary>
internal static class Excerpt
{
    private const int MaxLength = 120;

    /// <summary>The text, cut and cleaned.</summary>
    public static string Of(string text)
    {
        var isLong = text.Length > MaxLength;
        return string.Create(isLong ? MaxLength : text.Length, text, static (shown, text) =>
        {
            for (var i = 0; i < shown.Length; i++)
            {
                shown[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? '?' : text[i];
            }
        }) + (isLong ? "..." : string.Empty);
    }
}
