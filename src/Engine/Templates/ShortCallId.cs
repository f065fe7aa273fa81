using System.Security.Cryptography;
using System.Text;

namespace Slerp.Engine.Templates;

/// <summary>Call ids for templates that demand nine letters and digits.</summary>
internal static class ShortCallId
{
    private const int Length = 9;
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The id itself where it has the shape; otherwise nine characters of its hash, so that a call and its result stay a pair.</summary>
    public static string Of(string id)
    {
        if (id.Length == Length && id.All(char.IsAsciiLetterOrDigit))
        {
            return id;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Create(Length, hash, static (characters, bytes) =>
        {
            for (var index = 0; index < characters.Length; index++)
            {
                characters[index] = Alphabet[bytes[index] % Alphabet.Length];
            }
        });
    }
}
