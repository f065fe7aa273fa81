using System.Net.Mime;
using System.Text;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>The text of a <see cref="DataContent"/> of media type text/*.</summary>
internal static class DocumentText
{
    /// <summary>Decodes by the media type's charset, UTF-8 where it names none; bytes that are no text become U+FFFD.</summary>
    public static string Decode(DataContent data)
    {
        Encoding encoding;
        try
        {
            var charset = new ContentType(data.MediaType).CharSet;
            encoding = string.IsNullOrEmpty(charset) ? Encoding.UTF8 : Encoding.GetEncoding(charset);
        }
        catch (Exception unknown) when (unknown is ArgumentException or FormatException)
        {
            throw new NotSupportedException(
                $"A message holds text of media type '{data.MediaType}', whose charset is not known here. Send it as UTF-8.", unknown);
        }

        var text = encoding.GetString(data.Data.Span);
        return text is ['\uFEFF', ..] ? text[1..] : text;
    }
}
