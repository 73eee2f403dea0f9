// Draws the OpenAPI document with Swagger UI, which the page has loaded before.
const reference = document.getElementById("reference");
SwaggerUIBundle({ domNode: reference, url: reference.dataset.document, deepLinking: true, validatorUrl: null });
