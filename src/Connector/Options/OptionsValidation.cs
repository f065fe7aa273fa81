using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>Both validators of a kind at once, for what is made without a container.</summary>
internal static class OptionsValidation
{
    /// <summary>The options, or every fault they have.</summary>
    public static SlerpChatClientOptions ThrowIfInvalid(SlerpChatClientOptions options) =>
        ThrowIfInvalid(options, new SlerpChatClientOptionsValidator(), new SlerpChatClientOptionsCrossValidator());

    /// <summary>The options, or every fault they have.</summary>
    public static SlerpEmbeddingGeneratorOptions ThrowIfInvalid(SlerpEmbeddingGeneratorOptions options) =>
        ThrowIfInvalid(options, new SlerpEmbeddingGeneratorOptionsValidator(), new SlerpEmbeddingGeneratorOptionsCrossValidator());

    private static TOptions ThrowIfInvalid<TOptions>(TOptions options, params IValidateOptions<TOptions>[] validators)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = validators.SelectMany(validator => validator.Validate(null, options).Failures ?? []).ToArray();
        return failures.Length == 0
            ? options
            : throw new OptionsValidationException(Microsoft.Extensions.Options.Options.DefaultName, typeof(TOptions), failures);
    }
}
