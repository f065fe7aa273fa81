namespace Slerp.Connector;

/// <summary>What happens to message content a text model cannot read.</summary>
public enum UnsupportedContent
{
    /// <summary>The request fails with <see cref="NotSupportedException"/>, which names the media type.</summary>
    Throw = 0,

    /// <summary>The content is left out, with one warning per kind.</summary>
    Ignore,
}
