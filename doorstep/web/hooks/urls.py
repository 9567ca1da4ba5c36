from django.urls import path

from doorstep.web.hooks import views

urlpatterns = [
    path("/govuk-pay", views.payments, name="hook_payments"),
    path("/govuk-notify", views.receipts, name="hook_receipts"),
    path("/whitespace", views.waste, name="hook_waste"),
]
