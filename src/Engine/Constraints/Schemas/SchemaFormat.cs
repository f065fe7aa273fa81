using System.Collections.Frozen;
using System.Numerics;
using Slerp.Engine.Constraints.Numbers;

namespace Slerp.Engine.Constraints.Schemas;

/// <summary>What the keyword <c>format</c> asks of an answer: patterns that must all be found in a string, a range of numbers.</summary>
/// <remarks>
/// <para>Of what the standard behind a name allows, only what .NET reads as well (<see cref="DateOnly"/>, <see cref="DateTimeOffset"/>, <see cref="Guid"/>, <see cref="Uri"/>,
/// addresses of mail and hosts, durations by <see cref="System.Xml.XmlConvert"/>). So dates exist, and lie in the years 1 to 9999; seconds have at most seven digits after the
/// point and are never 60; durations count no weeks; names of hosts are ASCII, and not Punycode.</para>
/// <para>A time has no offset, against RFC 3339 and with <see cref="TimeOnly"/>, which reads none.</para>
/// <para>Source: JSON Schema draft 2020-12, validation, 7.3; RFC 3339, 3986, 4122, 5321, 1123, 5890, 4291; the OpenAPI format registry for numbers.</para>
/// </remarks>
/// <param name="Patterns">For strings; none where it says nothing of them.</param>
/// <param name="MaxLength">Most code points of a string, or null.</param>
/// <param name="Range">For numbers.</param>
internal sealed record SchemaFormat(IReadOnlyList<string> Patterns, int? MaxLength, NumberRange Range)
{
    private const string Day = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private const string LeapDay = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29";
    private const string Date = $"(?:(?:[1-9][0-9]{{3}}|0[1-9][0-9]{{2}}|00[1-9][0-9]|000[1-9])-{Day}|{LeapDay})";
    private const string Time = @"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,7})?";

    // DateTimeOffset knows fourteen hours each way, and no moment before its first year or after its last.
    private const string Offset = "[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)";
    private const string InnerDate =
        $"(?:(?:[1-8][0-9]{{3}}|9[0-8][0-9]{{2}}|99[0-8][0-9]|999[0-8]|0[1-9][0-9]{{2}}|00[1-9][0-9]|000[2-9])-{Day}|{LeapDay})";

    // Together less than a TimeSpan holds.
    private const string Clock = "(?:[0-9]{1,6}H(?:[0-9]{1,6}M(?:[0-9]{1,9}S)?)?|[0-9]{1,6}M(?:[0-9]{1,9}S)?|[0-9]{1,9}S)";
    private const string Days = "(?:[0-9]{1,4}Y(?:[0-9]{1,5}M(?:[0-9]{1,6}D)?)?|[0-9]{1,5}M(?:[0-9]{1,6}D)?|[0-9]{1,6}D)";

    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string IPv4 = $@"(?:{Byte}\.){{3}}{Byte}";
    private const string Piece = "[0-9A-Fa-f]{1,4}";
    private const string LastPieces = $"(?:{Piece}:{Piece}|{IPv4})";
    private const string IPv6 =
        $"(?:(?:{Piece}:){{6}}{LastPieces}|::(?:{Piece}:){{5}}{LastPieces}|(?:{Piece})?::(?:{Piece}:){{4}}{LastPieces}"
        + $"|(?:(?:{Piece}:)?{Piece})?::(?:{Piece}:){{3}}{LastPieces}|(?:(?:{Piece}:){{0,2}}{Piece})?::(?:{Piece}:){{2}}{LastPieces}"
        + $"|(?:(?:{Piece}:){{0,3}}{Piece})?::{Piece}:{LastPieces}|(?:(?:{Piece}:){{0,4}}{Piece})?::{LastPieces}"
        + $"|(?:(?:{Piece}:){{0,5}}{Piece})?::{Piece}|(?:(?:{Piece}:){{0,6}}{Piece})?::)";

    // Not two hyphens at the third place and the fourth, where Punycode has them.
    private const string Letter = "[A-Za-z0-9]";
    private const string Inner = "[A-Za-z0-9-]";
    private const string Label = $"{Letter}(?:{Letter}|{Inner}{Letter}|{Inner}{{2}}{Letter}|{Inner}(?:{Letter}{Inner}|-{Letter}){Inner}{{0,58}}{Letter})?";
    private const string Host = $@"{Label}(?:\.{Label})*";
    private const string Atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";

    // Uri has rules of its own for some schemes: ports belong to few, a first part with a colon may be a drive, a letter needs an address.
    private const string FileSymbol = "(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})";
    private const string Symbol = $"(?:{FileSymbol}|:)";
    private const string Name = "[A-Za-z0-9_+-]+";
    private const string Address =
        $@"(?:(?:(?:(?:https?|ftp|wss?)://{Host}(?::[1-5]?[0-9]{{1,4}})?|[A-Za-z][A-Za-z0-9+.-]{{0,15}}://{Host})(?:/{Symbol}*)*"
        + $@"|file:///(?:{FileSymbol}+(?:/{FileSymbol}*)*)?|(?:data|did|geo|news|tag|tel|urn):{Symbol}+(?:/{Symbol}*)*)"
        + $@"(?:\?(?:{Symbol}|[/?])*)?(?:#(?:{Symbol}|[/?])*)?|mailto:{Name}(?:\.{Name})*@{Host})";

    private static readonly FrozenDictionary<string, SchemaFormat> Known = new Dictionary<string, SchemaFormat>
    {
        ["date"] = Text(Date),
        ["date-time"] = Text($"(?:{Date}T{Time}Z|{InnerDate}T{Time}{Offset})"),
        ["time"] = Text(Time),
        ["duration"] = Text($"P(?:{Days}(?:T{Clock})?|T{Clock})"),
        ["uuid"] = Text("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
        ["email"] = Text($@"{Atom}(?:\.{Atom})*@{Host}", "^[^@]{1,64}@") with { MaxLength = 254 },

        // Numbers alone would be an address.
        ["hostname"] = Text(Host, "[A-Za-z-][A-Za-z0-9-]*$") with { MaxLength = 253 },
        ["ipv4"] = Text(IPv4),
        ["ipv6"] = Text(IPv6),
        ["uri"] = Text(Address),
        ["int8"] = Between(sbyte.MinValue, sbyte.MaxValue),
        ["uint8"] = Between(byte.MinValue, byte.MaxValue),
        ["int16"] = Between(short.MinValue, short.MaxValue),
        ["uint16"] = Between(ushort.MinValue, ushort.MaxValue),
        ["int32"] = Between(int.MinValue, int.MaxValue),
        ["uint32"] = Between(uint.MinValue, uint.MaxValue),
        ["int64"] = Between(long.MinValue, long.MaxValue),
        ["uint64"] = Between(ulong.MinValue, ulong.MaxValue),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The format of a name; null where the name asks nothing.</summary>
    public static SchemaFormat? Of(string name) => Known.GetValueOrDefault(name);

    private static SchemaFormat Text(string whole, params string[] others) => new([$"^(?:{whole})$", .. others], null, NumberRange.Everything);

    private static SchemaFormat Between(BigInteger low, BigInteger high) =>
        new([], null, NumberRange.Integers with { Low = ExactDecimal.Create(low, 0), High = ExactDecimal.Create(high, 0) });
}
