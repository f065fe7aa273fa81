using System.Collections.Frozen;
using System.Numerics;
using Slerp.Engine.Constraints.Numbers;

namespace Slerp.Engine.Constraints.Schemas;

/// <summary>What the keyword <c>format</c> asks of an answer: a pattern for strings, a range for whole numbers. Names that are not here ask nothing.</summary>
/// <remarks>
/// <para>Each pattern is a part of what the standard behind the name allows: that which the type of .NET whose schema has the format reads as well. So dates exist, and lie
/// in the years 1 to 9999; seconds have at most seven digits after the point and are never 60; durations count no weeks; hosts are names of ASCII letters or numbers.</para>
/// <para>A time has no offset, against RFC 3339 and with <see cref="TimeOnly"/>, which reads none.</para>
/// <para>Source: JSON Schema draft 2020-12, validation, 7.3; RFC 3339, 3986, 4122, 5321, 1123, 4291; the OpenAPI format registry for numbers.</para>
/// </remarks>
internal static class SchemaFormats
{
    private const string Year = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])";
    private const string InnerYear = "(?:[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8]|0[1-9][0-9]{2}|00[1-9][0-9]|000[2-9])";
    private const string LeapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";
    private const string Day = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private const string Date = $"(?:{Year}-{Day}|{LeapYear}-02-29)";
    private const string Time = @"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,7})?";

    // DateTimeOffset knows fourteen hours each way, and no moment before its first year or after its last.
    private const string Offset = "[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)";
    private const string Moment = $"(?:{Date}T{Time}Z|(?:{InnerYear}-{Day}|{LeapYear}-02-29)T{Time}{Offset})";

    private const string Number = "[0-9]{1,9}";
    private const string Clock = $"(?:{Number}H(?:{Number}M(?:{Number}S)?)?|{Number}M(?:{Number}S)?|{Number}S)";
    private const string Days = $"(?:{Number}Y(?:{Number}M(?:{Number}D)?)?|{Number}M(?:{Number}D)?|{Number}D)";

    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string IPv4 = $@"(?:{Byte}\.){{3}}{Byte}";
    private const string Piece = "[0-9A-Fa-f]{1,4}";
    private const string LastPieces = $"(?:{Piece}:{Piece}|{IPv4})";
    private const string IPv6 =
        $"(?:(?:{Piece}:){{6}}{LastPieces}|::(?:{Piece}:){{5}}{LastPieces}|(?:{Piece})?::(?:{Piece}:){{4}}{LastPieces}"
        + $"|(?:(?:{Piece}:)?{Piece})?::(?:{Piece}:){{3}}{LastPieces}|(?:(?:{Piece}:){{0,2}}{Piece})?::(?:{Piece}:){{2}}{LastPieces}"
        + $"|(?:(?:{Piece}:){{0,3}}{Piece})?::{Piece}:{LastPieces}|(?:(?:{Piece}:){{0,4}}{Piece})?::{LastPieces}"
        + $"|(?:(?:{Piece}:){{0,5}}{Piece})?::{Piece}|(?:(?:{Piece}:){{0,6}}{Piece})?::)";

    private const string Label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private const string Host = $@"{Label}(?:\.{Label})*";
    private const string Atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";

    private const string Port = "(?::(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";
    private const string Symbol = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
    private const string Path = $"(?:/{Symbol}*)*";
    private const string Tail = $@"(?:\?(?:{Symbol}|[/?])*)?(?:#(?:{Symbol}|[/?])*)?";

    // Uri reads most schemes with a host only.
    private const string Address =
        $@"(?:[A-Za-z][A-Za-z0-9+.-]*://(?:{Host}|\[{IPv6}\]){Port}{Path}|file:///(?:{Symbol}+(?:/{Symbol}*)*)?|(?:mailto|news|tel|urn|data):{Symbol}+(?:/{Symbol}*)*){Tail}";

    private static readonly FrozenDictionary<string, (string Pattern, int? MaxLength)> Strings = new Dictionary<string, (string, int?)>
    {
        ["date"] = (Date, null),
        ["date-time"] = (Moment, null),
        ["time"] = (Time, null),
        ["duration"] = ($"P(?:{Days}(?:T{Clock})?|T{Clock})", null),
        ["uuid"] = ("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", null),
        ["email"] = ($@"{Atom}(?:\.{Atom})*@{Host}", 254),
        ["hostname"] = (Host, 253),
        ["ipv4"] = (IPv4, null),
        ["ipv6"] = (IPv6, null),
        ["uri"] = (Address, null),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, NumberRange> Numbers = new Dictionary<string, NumberRange>
    {
        ["int8"] = Between(sbyte.MinValue, sbyte.MaxValue),
        ["uint8"] = Between(byte.MinValue, byte.MaxValue),
        ["int16"] = Between(short.MinValue, short.MaxValue),
        ["uint16"] = Between(ushort.MinValue, ushort.MaxValue),
        ["int32"] = Between(int.MinValue, int.MaxValue),
        ["uint32"] = Between(uint.MinValue, uint.MaxValue),
        ["int64"] = Between(long.MinValue, long.MaxValue),
        ["uint64"] = Between(ulong.MinValue, ulong.MaxValue),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Has a subschema ask for what its format does, beside everything else it asks for.</summary>
    public static void Apply(SchemaNode node, string format)
    {
        if (Strings.TryGetValue(format, out var text))
        {
            node.Patterns.Add($"^{text.Pattern}$");
            node.MaxLength = text.MaxLength is { } most ? Math.Min(most, node.MaxLength ?? most) : node.MaxLength;
        }
        else if (Numbers.TryGetValue(format, out var range))
        {
            node.Range = node.Range.Intersect(range);
        }
    }

    private static NumberRange Between(BigInteger low, BigInteger high) =>
        NumberRange.Everything with { Low = ExactDecimal.Create(low, 0), High = ExactDecimal.Create(high, 0) };
}
