using Microsoft.Extensions.AI;

namespace Slerp.Connector;

/// <summary>Marks on message content.</summary>
public static class SlerpContentExtensions
{
    /// <summary>Marks a text as context to draw on (a retrieved passage, a document), which the engine may shorten when merging is on.</summary>
    /// <param name="content">The text; changed and returned.</param>
    /// <returns>The same content.</returns>
    public static TextContent AsContext(this TextContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        (content.AdditionalProperties ??= [])[SlerpProperties.Context] = true;
        return content;
    }
}
