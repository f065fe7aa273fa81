using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>A prompt as the model reads it.</summary>
/// <param name="Encoding">Its tokens, at least one, and where each ends in the text.</param>
/// <param name="Rendered">What the template made of the conversation; null for a raw prompt.</param>
internal sealed record EncodedPrompt(Encoding Encoding, RenderedPrompt? Rendered)
{
    /// <summary>Its tokens.</summary>
    public int[] Ids => Encoding.Ids;
}
