using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector;

namespace Microsoft.SemanticKernel;

/// <summary>Gives a kernel a local language model whose tool calls run the kernel's functions.</summary>
/// <remarks>
/// The client is found by <c>InvokePromptAsync</c>, by agents, and by its service id. Functions are offered to the model where the settings of a prompt
/// or an agent have a <see cref="FunctionChoiceBehavior"/>. The model is loaded once, by the first request, and disposed with the kernel's services.
/// </remarks>
public static class SlerpKernelBuilderExtensions
{
    /// <summary>Adds the embedded model.</summary>
    /// <param name="builder">The kernel's builder.</param>
    /// <param name="serviceId">The id to select it by, where a kernel has several models; null for the default one.</param>
    /// <returns>The same builder.</returns>
    public static IKernelBuilder AddSlerpChatClient(this IKernelBuilder builder, string? serviceId = null) =>
        builder.AddSlerpChatClient(static _ => { }, serviceId);

    /// <summary>Adds a model.</summary>
    /// <param name="builder">The kernel's builder.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="serviceId">The id to select it by, where a kernel has several models; null for the default one.</param>
    /// <returns>The same builder.</returns>
    public static IKernelBuilder AddSlerpChatClient(this IKernelBuilder builder, Action<SlerpChatClientOptions> configure, string? serviceId = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSlerpChatClient(serviceId, configure).UseKernelFunctionInvocation();
        return builder;
    }

    /// <summary>Adds a model from configuration.</summary>
    /// <param name="builder">The kernel's builder.</param>
    /// <param name="section">The section that holds the options. Keys it does not know are errors.</param>
    /// <param name="serviceId">The id to select it by, where a kernel has several models; null for the default one.</param>
    /// <returns>The same builder.</returns>
    public static IKernelBuilder AddSlerpChatClient(this IKernelBuilder builder, IConfiguration section, string? serviceId = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSlerpChatClient(serviceId, section).UseKernelFunctionInvocation();
        return builder;
    }
}
