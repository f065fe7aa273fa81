using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Whether there is a chat client under the key that a registration falls back to.</summary>
/// <param name="optionsName">The registration's options.</param>
/// <param name="key">The key.</param>
/// <param name="services">What the container knows of its services; null where it does not tell, and the key is found out when the client is first asked for.</param>
internal sealed class FallbackKeyCheck(string optionsName, object key, IServiceProviderIsKeyedService? services) : IValidateOptions<SlerpChatClientOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SlerpChatClientOptions options) =>
        name != optionsName ? ValidateOptionsResult.Skip
        : services?.IsKeyedService(typeof(IChatClient), key) is false ? ValidateOptionsResult.Fail(
            $"FallbackToKeyed names the key '{key}', but no IChatClient is registered under it. Register that client, or correct the key.")
        : ValidateOptionsResult.Success;
}
