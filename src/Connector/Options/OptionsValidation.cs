using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>Both validators at once, for clients made without a container.</summary>
internal static class OptionsValidation
{
    /// <summary>The options, or every fault they have.</summary>
    public static SlerpChatClientOptions ThrowIfInvalid(SlerpChatClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IValidateOptions<SlerpChatClientOptions>[] validators =
            [new SlerpChatClientOptionsValidator(), new SlerpChatClientOptionsCrossValidator()];
        var failures = validators.SelectMany(validator => validator.Validate(null, options).Failures ?? []).ToArray();
        return failures.Length == 0
            ? options
            : throw new OptionsValidationException(Microsoft.Extensions.Options.Options.DefaultName, typeof(SlerpChatClientOptions), failures);
    }
}
