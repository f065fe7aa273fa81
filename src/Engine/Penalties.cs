namespace Slerp.Engine;

/// <summary>Corrections of the logits for tokens already written.</summary>
/// <param name="Frequency">Subtracted once per earlier occurrence in the answer.</param>
/// <param name="Presence">Subtracted once where the token occurred in the answer at all.</param>
/// <param name="Repetition">Divides positive and multiplies negative logits of tokens in prompt or answer; 1 does nothing.</param>
public sealed record Penalties(float Frequency = 0, float Presence = 0, float Repetition = 1)
{
    /// <summary>No correction.</summary>
    public static Penalties None { get; } = new();

    internal bool AreNone => Frequency == 0 && Presence == 0 && Repetition == 1;
}
