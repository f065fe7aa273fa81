using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tokenizers.Import;

/// <summary>Reads when Metaspace puts a space before the text; older files say it with a flag.</summary>
internal static class MetaspaceJson
{
    /// <summary>The scheme of a Metaspace rule or decoder.</summary>
    public static MetaspacePrepend Prepend(JsonField rule)
    {
        var otherwise = rule.OptionalFlag("add_prefix_space", true) ? "always" : "never";
        return (rule.OptionalText("prepend_scheme") ?? otherwise) switch
        {
            "always" => MetaspacePrepend.Always,
            "first" => MetaspacePrepend.First,
            "never" => MetaspacePrepend.Never,
            _ => throw rule.Required("prepend_scheme").Wrong("always, first or never"),
        };
    }
}
