from django.urls import path

from doorstep.web.hooks import telephony, views

urlpatterns = [
    path("/govuk-pay", views.payments, name="hook_payments"),
    path("/govuk-notify", views.receipts, name="hook_receipts"),
    path("/whitespace", views.waste, name="hook_waste"),
    path("/telephony", telephony.ring, name="hook_telephony"),
]
